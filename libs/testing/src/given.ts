import { expect } from 'vitest';

export type Decider<S, C, E> = {
  decide: (command: C, state: S) => E[];
  evolve: (state: S, event: E) => S;
  initial: S;
};

/** Given–when–then for a decider: the history, one command, and the events, the silence or the refusal that must follow. */
export const specFor =
  <S, C, E>({ decide, evolve, initial }: Decider<S, C, E>) =>
  (...history: E[]) => ({
    when: (command: C) => {
      const act = () => decide(command, history.reduce(evolve, initial));
      return {
        // oxlint-disable-next-line unicorn/no-thenable -- given, when, then; nobody awaits it.
        then: (...events: E[]) => expect(act()).toEqual(events),
        thenNothing: () => expect(act()).toEqual([]),
        thenRefused: (code: string) => expect(act).toThrow(expect.objectContaining({ code })),
      };
    },
  });
