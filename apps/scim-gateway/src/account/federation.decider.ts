import type { AccountEvent } from '@bitabiz/event-contracts';
import { Refused } from '@bitabiz/service-kit/refused';

/** Whose assertions the account trusts: those of one Entra tenant, for one application, about one subject. */
export type Federation = { federationId: string; tenantId: string; applicationId: string; subject: string };

export type FederationCommand =
  { type: 'ConfigureFederation'; data: Federation } | { type: 'RemoveFederation'; data: object };

/** The events a command about workload identity federation leads to; none when nothing changes. */
export function decideFederation(command: FederationCommand, federation?: Federation | null): AccountEvent[] {
  if (command.type === 'RemoveFederation') {
    return federation ? [{ type: 'FederationRemoved', data: { federationId: federation.federationId } }] : [];
  }
  const { data } = command;
  if (data.subject.trim() === '') {
    throw new Refused(
      'federation.subject',
      'Give the subject: without it every application of the tenant would be let in',
    );
  }
  const same = (['tenantId', 'applicationId', 'subject'] as const).every((each) => federation?.[each] === data[each]);
  return same ? [] : [{ type: 'FederationConfigured', data }];
}
