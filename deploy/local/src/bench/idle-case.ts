import { setTimeout as pause } from 'node:timers/promises';
import { serviceNames } from '../options.js';
import { BenchSystem } from './bench-system.js';
import { median, type Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { seedUsers } from './seed.js';
import { memoryMiB } from './usage.js';

const settleMs = 15_000;

/** CPU and memory of each process while nothing happens, with every service running. */
export async function idleCase({ wants, rounds, seconds, say }: BenchOptions): Promise<Measurement[]> {
  if (!wants('idle')) return [];
  return BenchSystem.with({ services: serviceNames, say }, async (system) => {
    const accounts = await Promise.all(Array.from({ length: 2 }, (_, index) => system.account(`Account ${index}`)));
    await seedUsers(system, accounts, 500);
    await pause(settleMs);
    const processes = [...serviceNames, 'postgres'] as const;
    const cpu = new Map<string, number[]>(processes.map((each) => [each, []]));
    for (let round = 0; round < rounds; round++) {
      const before = system.usage();
      await pause(seconds * 1000);
      const used = system.usedSince(before);
      for (const each of processes) cpu.get(each)?.push(((used.get(each) ?? 0) * 100) / seconds);
    }
    const inAll = Array.from({ length: rounds }, (_, round) =>
      [...cpu.values()].reduce((sum, perRound) => sum + (perRound[round] ?? 0), 0),
    );
    const total: Measurement = {
      name: 'idle, CPU in all',
      unit: '% of a core',
      value: median(inAll),
      perRound: inAll,
      target: { at: 'most', value: 3, of: 'value' },
    };
    const apart = processes.flatMap((each): Measurement[] => {
      const perRound = cpu.get(each) ?? [];
      const memory = memoryMiB(system.pidOf(each), each === 'postgres');
      return [
        { name: `idle, CPU of ${each}`, unit: '% of a core', value: median(perRound), perRound },
        { name: `idle, memory of ${each}`, unit: 'MiB', value: memory, perRound: [memory] },
      ];
    });
    return [total, ...apart];
  });
}
