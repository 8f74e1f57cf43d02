import { storeMigrations } from '@bitabiz/event-store';
import { access, startProjectionService } from '@bitabiz/projections';
import { baseConfig, loadConfig } from '@bitabiz/service-kit/config';
import { runProcess } from '@bitabiz/service-kit/process';
import { Approvals } from './approvals/approvals.js';
import { ownMigrations } from './approvals/own.js';
import { ApprovalsController } from './approvals/approvals.controller.js';
import { people } from './graph/people.projection.js';
import { approvalsReaction } from './reactions/approvals.reaction.js';

/** The approval flow: who approves whom, from the manager references that Entra sends (A1–A4, A8, A9). */
runProcess('approval-flow', async () =>
  startProjectionService({
    config: loadConfig(baseConfig),
    set: (store, now) => ({
      service: 'approval-flow',
      sources: ['scim-gateway'],
      projections: [people, ...access],
      react: approvalsReaction(store, now),
      personal: {
        people: 'user_id',
        'own.approvals': 'employee_id',
        'own.roles': 'employee_id',
        'own.given_approvers': 'employee_id',
      },
    }),
    migrations: [...storeMigrations, ...ownMigrations],
    controllers: [ApprovalsController],
    providers: (projections, store) => [{ provide: Approvals, useValue: new Approvals(projections, store) }],
    ownsEvents: true,
  }),
);
