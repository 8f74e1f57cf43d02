import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeBlock } from '@bitabiz/testing/free-port';
import { until } from '@bitabiz/testing/until';
import { expect, it } from 'vitest';
import { Postgres } from './postgres.js';

it('calls a server that never answered no death, and one that answered a death', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bitabiz-postgres-'));
  const postgres = await Postgres.open(dir, await freeBlock(1), 'secret');
  let deaths = 0;
  const start = () => postgres.start(() => void (deaths += 1));
  try {
    const version = join(dir, 'postgres', 'PG_VERSION');
    mkdirSync(join(dir, 'postgres'));
    writeFileSync(version, '99');
    await expect(start()).rejects.toThrow(join(dir, 'logs', 'postgres.log'));
    expect(deaths).toBe(0);

    rmSync(join(dir, 'postgres'), { recursive: true });
    await start();
    process.kill(postgres.pid ?? 0, 'SIGKILL');
    await until(() => deaths === 1);
  } finally {
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});
