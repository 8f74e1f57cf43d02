import 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's address of this run's Postgres; make a database of your own with `createDatabase()`. */
    postgresUrl: string;
    /** `host:port[,host:port]`, or empty when no Kafka could be had. */
    kafkaBrokers: string;
  }
}
