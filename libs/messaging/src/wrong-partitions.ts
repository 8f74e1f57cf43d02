/** The number of partitions decides where an account's events lie, so it is fixed when a topic is made. */
export const wrongPartitions = (topic: string, found: number, wanted: number): Error =>
  new Error(
    `topic ${topic} has ${found} partitions and EVENT_LOG_PARTITIONS says ${wanted}: the number is fixed when a topic is made`,
  );
