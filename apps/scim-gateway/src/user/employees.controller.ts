import { Body, Controller, HttpCode, Inject, Param, Patch, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { profileFields } from '@bitabiz/event-contracts';
import { Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { Refused } from '@bitabiz/service-kit/refused';
import * as z from 'zod';
import { causeOf } from '../cause.js';
import { NewIds } from '../new-ids.js';
import { only } from '../only.js';
import { isStorable } from '../scim/text.js';
import { managedFields } from '../account/account.decider.js';
import { ForUser } from './for-user.command.js';
import { leftToEntra, type ImportedRow } from './import.decider.js';
import { shown } from './shown.js';
import type { UserOutcome } from './user.handler.js';
import type { UserRequest } from './user.request.js';

const text = z.string().trim().max(8192).refine(isStorable, 'contains a character that cannot be stored');
const name = text.max(512);
const profile = Object.fromEntries(profileFields.map((field) => [field, text.optional()]));
const clearable = Object.fromEntries(profileFields.map((field) => [field, text.nullable().optional()]));

const NewEmployee = only({ userName: name.optional(), email: name, ...profile });
const Edit = only({
  userName: name.optional(),
  email: name.optional(),
  manager: z.null().optional(),
  ...clearable,
});
const Activation = only({ userName: name.optional(), email: name.optional() });
const Import = only({ employees: z.array(NewEmployee).min(1).max(500) });

/** By hand and by import (P6–P8, P10, P11, P13, P14, P22): the same aggregate as SCIM's, so the same rules. */
@Controller('accounts/:accountId/employees')
@Allow('operator', 'account:admin')
export class EmployeesController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  @Post()
  async create(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: NewEmployee }) body: z.infer<typeof NewEmployee>,
    @Req() request: AuthenticatedRequest,
  ) {
    return shown(await this.run(request, accountId, { type: 'CreateByHand', userId: this.ids.next(), ...split(body) }));
  }

  /** Rows are judged one by one: what is wrong with one does not keep the others out. */
  @Post('import')
  @HttpCode(200)
  async import(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: Import }) { employees }: z.infer<typeof Import>,
    @Req() request: AuthenticatedRequest,
  ) {
    const rows = await Promise.all(
      employees.map((row) =>
        this.run(request, accountId, { type: 'Import', userId: this.ids.next(), ...asRow(row) }).then(
          (outcome) => ({ ...shown(outcome), leftToEntra: leftBy(outcome, asRow(row)) }),
          refusedRow,
        ),
      ),
    );
    return { rows: rows.map((row, index) => ({ row: index + 1, ...row })) };
  }

  @Patch(':userId')
  async edit(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('userId', { schema: Id }) userId: string,
    @Body({ schema: Edit }) body: z.infer<typeof Edit>,
    @Req() request: AuthenticatedRequest,
  ) {
    const { userName, email, manager, ...fields } = body;
    const edit = {
      ...(userName !== undefined && { userName }),
      ...(email !== undefined && { email }),
      ...(manager === null && { manager }),
      profile: fields,
    };
    return shown(await this.run(request, accountId, { type: 'EditByHand', userId, edit }));
  }

  @Post(':userId/activation')
  @HttpCode(200)
  async activate(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('userId', { schema: Id }) userId: string,
    @Body({ schema: Activation.prefault({}) }) { userName, email }: z.infer<typeof Activation>,
    @Req() request: AuthenticatedRequest,
  ) {
    const names = { ...(userName !== undefined && { userName }), ...(email !== undefined && { email }) };
    return shown(
      await this.run(request, accountId, { type: 'ActivateByHand', userId, scimId: this.ids.next(), names }),
    );
  }

  /** P13: out of the integration, before the activation by hand. */
  @Post(':userId/ad-user-mark-removal')
  @HttpCode(200)
  async removeAdUserMark(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('userId', { schema: Id }) userId: string,
    @Req() request: AuthenticatedRequest,
  ) {
    return shown(await this.run(request, accountId, { type: 'RemoveAdUserMark', userId }));
  }

  private run(request: AuthenticatedRequest, accountId: string, user: UserRequest): Promise<UserOutcome> {
    return this.commands.execute(new ForUser(accountId, user, causeOf(request, this.ids.next)));
  }
}

function split({ userName, email, ...fields }: z.infer<typeof NewEmployee>) {
  const profile = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
  return { names: { userName: userName ?? email, email }, profile: profile as Record<string, string> };
}

/** As a row of a file: without a username, whoever is there keeps theirs. */
function asRow(row: z.infer<typeof NewEmployee>): ImportedRow {
  const { names, profile } = split(row);
  return { names: row.userName === undefined ? { email: names.email } : names, profile };
}

const leftBy = ({ before, account }: UserOutcome, row: ImportedRow) =>
  leftToEntra(row, before.user, managedFields(account));

function refusedRow(error: unknown) {
  if (!(error instanceof Refused)) throw error;
  return { refused: { code: error.code, message: error.message, details: error.details } };
}
