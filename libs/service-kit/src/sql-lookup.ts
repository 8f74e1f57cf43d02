/**
 * SQL for the rows of one account whose column has one value, to stand in FROM (after `cross join lateral` where it uses
 * another table); the index on (account_id, column) is always the one that is used.
 * A plan that is made while the table is empty, as those of named statements on a new system are, otherwise costs every
 * index that begins with `account_id` the same, takes the newest and reads the whole account for each row that is looked
 * up, until the table is analyzed. With a range and its order only this index comes in the order that is asked for.
 * @param value an SQL expression; null finds nothing
 */
export const lookup = (table: string, account: string, column: string, value: string): string =>
  `(select * from ${table} where account_id = ${account} and ${column} between ${value} and ${value} order by ${column} offset 0)`;
