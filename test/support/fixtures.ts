// Tables that several tests read.
import type { Account, TestServer } from './mariadb.js';

/** A table `t` with keys, an enum, a date, NULLs and all kinds of bytes, and a view and a table that refers to it. */
export async function createSales(server: TestServer, { schema }: Account, rows = 20): Promise<void> {
  await server.query(
    `CREATE TABLE ${schema}.t (
       id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
       name VARCHAR(40) COLLATE utf8mb4_unicode_ci COMMENT 'who bought',
       a DECIMAL(10,2) NULL, kind ENUM('new','old') DEFAULT 'new', cob_date DATE, seen DATETIME(3) NULL,
       ratio DOUBLE, raw VARBINARY(20), KEY by_date (cob_date, kind)) COMMENT='sales'`,
  );
  await server.query(
    `INSERT INTO ${schema}.t (name, a, kind, cob_date, seen, ratio, raw)
     SELECT CONCAT('nämé ', seq), IF(seq % 5, seq * 1.25, NULL), IF(seq % 2, 'new', 'old'),
            DATE_ADD('2024-01-01', INTERVAL seq DAY), '2024-02-03 04:05:06.789', seq / 7, UNHEX(CONCAT('00fffe', HEX(seq)))
     FROM ${schema}.seq_1_to_${rows}`,
  );
  await server.query(
    `CREATE TABLE ${schema}.line (id INT PRIMARY KEY, t_id INT UNSIGNED, CONSTRAINT to_t FOREIGN KEY (t_id) REFERENCES ${schema}.t (id))`,
  );
  await server.query(`CREATE VIEW ${schema}.v AS SELECT id, a FROM ${schema}.t WHERE kind = 'new'`);
}
