// A user's port as drivers and BI tools take it: what to enter, and files to open. No password is in any of it.
import type { Card } from './card.js';

/** What a tool is given, by the tool's name, in the order in which it is shown. */
export function connectionForms({
  host,
  port,
  login,
  database,
  command,
}: Card): [tool: string, form: string][] {
  const place = `${bracketed(host)}:${port}`;
  const path = database === undefined ? '' : `/${encodeURIComponent(database)}`;
  const named = database === undefined ? '' : `, database ${database}`;
  return [
    ['Tableau', `To a Server > MySQL: server ${host}, port ${port}${named}, username ${login}`],
    ['Power BI', `Get data > MySQL database: server ${place}${named}; then Database, user name ${login}`],
    ['DBeaver', `New connection > MySQL: server host ${host}, port ${port}${named}, username ${login}`],
    ['command line', command],
    ['JDBC', `jdbc:mysql://${place}${path === '' ? '/' : path} with user ${login}`],
    ['ODBC', odbcFields(host, port, login, database, braced).join(';')],
    ['SQLAlchemy', `mysql+pymysql://${encodeURIComponent(login)}@${place}${path}`],
  ];
}

/** Files that a tool opens, by their name. */
export function connectionFiles(card: Card): Record<string, string> {
  const { user, host, port, login, database } = card;
  return {
    [`${user}.tds`]: tableauSource(card),
    [`${user}.dsn`]: `[ODBC]\n${odbcFields(host, port, login, database, onOneLine).join('\n')}\n`,
    [`${user}.pbids`]: powerBiSource(card),
  };
}

function odbcFields(
  host: string,
  port: number,
  login: string,
  database: string | undefined,
  written: (value: string) => string,
): string[] {
  const schema = database === undefined ? [] : [`DATABASE=${written(database)}`];
  const driver = written('MySQL ODBC 8.0 Unicode Driver');
  return [`DRIVER=${driver}`, `SERVER=${written(host)}`, `PORT=${port}`, ...schema, `UID=${written(login)}`];
}

function tableauSource({ user, host, port, login, database = '' }: Card): string {
  const name = attribute(`${user} (Chronos Fleet)`);
  return `<?xml version='1.0' encoding='utf-8' ?>
<datasource formatted-name='${name}' inline='true' version='18.1'>
  <connection class='federated'>
    <named-connections>
      <named-connection caption='${name}' name='mysql.${attribute(user)}'>
        <connection class='mysql' dbname='${attribute(database)}' port='${port}' server='${attribute(host)}' username='${attribute(login)}' />
      </named-connection>
    </named-connections>
  </connection>
</datasource>
`;
}

function powerBiSource({ host, port, database }: Card): string {
  const address = { server: `${bracketed(host)}:${port}`, ...(database === undefined ? {} : { database }) };
  const connections = [{ details: { protocol: 'mysql', address }, mode: 'Import' }];
  return `${JSON.stringify({ version: '0.1', connections }, null, 2)}\n`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** A value of a connection string: in braces where it has what would end it. */
function braced(value: string): string {
  return /^[\w.:-]+$/.test(value) ? value : `{${value.replaceAll('}', '}}')}}`;
}

function onOneLine(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, ' ');
}

function attribute(value: string): string {
  return onOneLine(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
}
