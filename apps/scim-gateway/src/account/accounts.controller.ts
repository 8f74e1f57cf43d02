import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Allow, type AuthenticatedRequest } from '@bitabiz/service-kit/auth';
import { Id } from '@bitabiz/service-kit/id';
import { newToken } from '@bitabiz/service-kit/tokens';
import * as z from 'zod';
import { causeOf } from '../cause.js';
import { NewIds } from '../new-ids.js';
import { only } from '../only.js';
import { isStorable } from '../scim/text.js';
import { requireOpen, type Account, type AccountCommand } from './account.decider.js';
import { Accounts } from './accounts.query.js';
import { ForAccount } from './for-account.command.js';
import { Label } from './labels.js';
import type { Token } from './token.decider.js';

const NewAccount = only({
  name: z.string().trim().min(1).max(200).refine(isStorable, 'contains a character that cannot be stored'),
  timeZone: z.string().max(100).default('Europe/Copenhagen'),
});
const Changes = only({
  timeZone: z.string().max(100).optional(),
  provisioning: z.boolean().optional(),
  countryOnCreate: z.boolean().optional(),
  emailUniqueness: z.boolean().optional(),
});
const switches = [
  ['provisioning', 'SwitchProvisioning'],
  ['countryOnCreate', 'SwitchCountryOnCreate'],
  ['emailUniqueness', 'SwitchEmailUniqueness'],
] as const;
const NewToken = only({
  scope: z.enum(['scim', 'admin']),
  name: Label,
  /** Left out: in a year; null: never. */
  expiresAt: z.iso.datetime().nullable().optional(),
});

const Regeneration = only({
  name: Label.default('Microsoft Entra ID'),
  /** How long the token that Entra has goes on, in hours; 0: it stops now. */
  graceHours: z.number().min(0).max(720).default(0),
});
const hourMs = 3_600_000;

/** Accounts and their tokens (P1, P15, P16): which accounts there are, and who administers them, is the operator's. */
@Controller('accounts')
@Allow('operator')
export class AccountsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(NewIds) private readonly ids: NewIds,
  ) {}

  @Post()
  async create(@Body({ schema: NewAccount }) body: z.infer<typeof NewAccount>, @Req() request: AuthenticatedRequest) {
    const id = this.ids.next();
    await this.run(request, id, { type: 'CreateAccount', data: body });
    return this.accounts.one(id);
  }

  @Get()
  async list() {
    return { accounts: await this.accounts.list() };
  }

  @Get(':accountId')
  @Allow('operator', 'account:admin')
  one(@Param('accountId', { schema: Id }) accountId: string) {
    return this.accounts.one(accountId);
  }

  @Patch(':accountId')
  @Allow('operator', 'account:admin')
  async change(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: Changes }) { timeZone, ...changes }: z.infer<typeof Changes>,
    @Req() request: AuthenticatedRequest,
  ) {
    if (changes.emailUniqueness) await this.accounts.requireOneEach(accountId);
    if (timeZone !== undefined) await this.run(request, accountId, { type: 'ChangeTimeZone', data: { timeZone } });
    for (const [setting, type] of switches) {
      const enabled = changes[setting];
      if (enabled !== undefined) await this.run(request, accountId, { type, data: { enabled } });
    }
    return this.accounts.one(accountId);
  }

  @Delete(':accountId')
  @HttpCode(204)
  async close(@Param('accountId', { schema: Id }) accountId: string, @Req() request: AuthenticatedRequest) {
    await this.run(request, accountId, { type: 'CloseAccount', data: {} });
  }

  @Get(':accountId/tokens')
  @Allow('operator', 'account:admin')
  async tokens(@Param('accountId', { schema: Id }) accountId: string) {
    await this.accounts.one(accountId);
    return { tokens: await this.accounts.tokens(accountId) };
  }

  /** The only answer that ever shows the token: what is stored is its hash. */
  @Post(':accountId/tokens')
  async issue(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: NewToken }) { scope, name, expiresAt }: z.infer<typeof NewToken>,
    @Req() request: AuthenticatedRequest,
  ) {
    const tokenId = this.ids.next();
    const { token, hash } = newToken(scope === 'scim' ? 'bbscim' : 'bbadmin');
    const data = { tokenId, name, scope, hash, ...(expiresAt !== undefined && { expiresAt }) };
    const account = await this.run(request, accountId, { type: 'IssueToken', data, at: new Date().toISOString() });
    return { tokenId, token, ...shownOf(account, tokenId) };
  }

  /** "Generate new" (P1, P16): shown once, as above. `ended` are the tokens that end by it, each with when. */
  @Post(':accountId/tokens/regeneration')
  @Allow('operator', 'account:admin')
  async regenerate(
    @Param('accountId', { schema: Id }) accountId: string,
    @Body({ schema: Regeneration.prefault({}) }) { name, graceHours }: z.output<typeof Regeneration>,
    @Req() request: AuthenticatedRequest,
  ) {
    const tokenId = this.ids.next();
    const { token, hash } = newToken('bbscim');
    const now = new Date();
    const [at, until] = [0, graceHours].map((hours) => new Date(now.getTime() + hours * hourMs).toISOString()) as [
      string,
      string,
    ];
    const known = await this.accounts.tokens(accountId);
    const lastUses = Object.fromEntries(
      known.flatMap(({ tokenId: id, lastUsedAt }) => (lastUsedAt ? [[id, lastUsedAt.toISOString()]] : [])),
    );
    const data = { tokenId, name, hash, until };
    const account = await this.run(request, accountId, { type: 'RegenerateToken', data, at, lastUses });
    return { tokenId, token, ...shownOf(account, tokenId), ended: endedSince(account, at) };
  }

  @Delete(':accountId/tokens/:tokenId')
  @Allow('operator', 'account:admin')
  @HttpCode(204)
  async revoke(
    @Param('accountId', { schema: Id }) accountId: string,
    @Param('tokenId', { schema: Id }) tokenId: string,
    @Req() request: AuthenticatedRequest,
  ) {
    await this.run(request, accountId, { type: 'RevokeToken', data: { tokenId, at: new Date().toISOString() } });
  }

  private run(request: AuthenticatedRequest, accountId: string, command: AccountCommand) {
    return this.commands.execute(new ForAccount(accountId, command, causeOf(request, this.ids.next)));
  }
}

/** A token as it was issued. */
function shownOf(account: Account, id: string) {
  const { scope, name, expiresAt } = requireOpen(account).tokens[id] as Token;
  return { scope, name, expiresAt };
}

/** The SCIM tokens that ended now or will, the one too whose end an earlier regeneration set. */
function endedSince(account: Account, at: string) {
  return Object.entries(requireOpen(account).tokens).flatMap(([tokenId, { name, scope, revokedAt }]) =>
    scope === 'scim' && revokedAt !== null && revokedAt >= at ? [{ tokenId, name, revokedAt }] : [],
  );
}
