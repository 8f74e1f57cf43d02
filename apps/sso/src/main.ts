import { access, startProjectionService } from '@bitabiz/projections';
import { baseConfig, loadConfig } from '@bitabiz/service-kit/config';
import { runProcess } from '@bitabiz/service-kit/process';
import { identities } from './identity/identity.projection.js';
import { IdentitiesController } from './identity/identities.controller.js';
import { Identities } from './identity/identities.js';

/** Sign-in: the identities that each account may let in (S3, S7), ready for login. */
runProcess('sso', async () =>
  startProjectionService({
    config: loadConfig(baseConfig),
    set: () => ({
      service: 'sso',
      sources: ['scim-gateway'],
      projections: [identities, ...access],
      personal: { identities: 'user_id' },
    }),
    migrations: [{ name: 'own state', sql: 'create schema own; grant usage on schema own to :app, :batch;' }],
    controllers: [IdentitiesController],
    providers: (projections) => [{ provide: Identities, useValue: new Identities(projections) }],
    ownsEvents: false,
  }),
);
