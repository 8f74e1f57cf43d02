import { storeMigrations } from '@bitabiz/event-store';
import { access, startProjectionService } from '@bitabiz/projections';
import { baseConfig, loadConfig } from '@bitabiz/service-kit/config';
import { runProcess } from '@bitabiz/service-kit/process';
import { approvers } from './approver/approver.projection.js';
import { cards } from './card/card.projection.js';
import { EmployeesController } from './employee/employees.controller.js';
import { Employees } from './employee/employees.js';
import { ownMigration } from './group/own.js';
import { groupsReaction } from './group/groups.reaction.js';
import { history } from './history/history.projection.js';

/** The employee directory: master data cards, search, MISSING, groups as things, and each employee's history. */
runProcess('employee-directory', async () =>
  startProjectionService({
    config: loadConfig(baseConfig),
    set: (store, now) => ({
      service: 'employee-directory',
      sources: ['scim-gateway', 'approval-flow'],
      projections: [cards, history, approvers, ...access],
      react: groupsReaction(store, now),
      personal: { cards: 'user_id', history: 'user_id', 'own.policies': 'user_id' },
    }),
    migrations: [...storeMigrations, ownMigration],
    controllers: [EmployeesController],
    providers: (projections) => [{ provide: Employees, useValue: new Employees(projections) }],
    ownsEvents: true,
  }),
);
