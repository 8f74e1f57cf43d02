export type StoppedAccount = {
  accountId: string;
  /** The outbox row that the log refused. */
  outboxId: string;
  reason: string;
  /** ISO time. */
  since: string;
};

/** Accounts whose next event the log refuses (decision 4): they wait for an operator, everybody else goes on. */
export class StoppedAccounts {
  private readonly accounts = new Map<string, StoppedAccount>();

  stop(account: StoppedAccount): void {
    this.accounts.set(account.accountId, account);
  }

  /** @returns false when the account was not stopped. */
  retry(accountId: string): boolean {
    return this.accounts.delete(accountId);
  }

  get ids(): string[] {
    return [...this.accounts.keys()];
  }

  get list(): StoppedAccount[] {
    return [...this.accounts.values()];
  }
}
