import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** CPU time that a process has used, in seconds; with `tree`, that of its children too (Postgres). */
export function cpuSeconds(pid: number, tree = false): number {
  const ticks = (each: number, ended: boolean) => {
    const fields = statOf(each);
    // utime, stime, and those of the children that have ended
    return (fields ? fields.slice(11, ended ? 15 : 13) : []).reduce((sum, field) => sum + Number(field), 0);
  };
  const pids = tree ? [pid, ...childrenOf(pid)] : [pid];
  return pids.reduce((sum, each) => sum + ticks(each, tree && each === pid), 0) / ticksPerSecond;
}

/** Memory of a process in MiB: its proportional share, or what is resident where the share cannot be read. */
export function memoryMiB(pid: number, tree = false): number {
  const pids = tree ? [pid, ...childrenOf(pid)] : [pid];
  return (
    pids.reduce((sum, each) => sum + (kibOf(each, 'smaps_rollup', 'Pss') ?? kibOf(each, 'status', 'VmRSS') ?? 0), 0) /
    1024
  );
}

function kibOf(pid: number, file: string, field: string): number | undefined {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/${file}`) ?? '');
  return found ? Number(found[1]) : undefined;
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((each) => each > 0 && Number(statOf(each)?.[1]) === pid);

/** The fields of /proc/PID/stat after the name, which may hold blanks: state, parent, … */
const statOf = (pid: number): string[] | undefined => read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
