import { describe, expect, it } from 'vitest';
import { refuseOldServer } from './migrations.js';

describe('a Postgres server', () => {
  it.each(['18.0', '18.1 (Debian 18.1-1.pgdg13+2)', '19beta1', '20.3'])('of version %s is taken', (version) =>
    expect(() => refuseOldServer(version)).not.toThrow(),
  );
  it.each(['17.6 (Debian 17.6-1)', '9.6.24', ''])('of version "%s" is refused, with the version it takes', (version) =>
    expect(() => refuseOldServer(version)).toThrow(/PostgreSQL 18 or newer is needed, and this is PostgreSQL/),
  );
});
