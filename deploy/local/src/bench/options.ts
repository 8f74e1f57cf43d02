/** What the bench was asked for. */
export type BenchOptions = {
  rounds: number;
  seconds: number;
  /** So many more in the first account, for the SCIM requests. */
  users: number;
  /** `HOST:PORT` of a Kafka; undefined: only the log on Postgres is measured. */
  kafka?: string | undefined;
  profile?: string | undefined;
  /** Whether a measurement of this name is wanted. */
  wants: (name: string) => boolean;
  say: (line: string) => void;
};
