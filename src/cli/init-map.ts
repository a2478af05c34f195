// The port maps that init writes.
import { yamlScalar } from '../config/yaml.js';

const head = `# Chronos Fleet: who has which port, and which backend stands behind it.
# "chronos-fleet add", "set" and "remove" edit this file and keep its comments; after an edit by hand run
# "chronos-fleet validate" and then "chronos-fleet up". Every key is explained in config/fleet.example.yaml of the package.
version: 1
`;

const rest = `    pool_size: 1 # the backend takes one connection per account
    pool_pre_ping: true # check an idle connection before use
    pool_recycle: 3600 # seconds; renewed only between turns
    max_queue_size: 50 # commands waiting, all sessions of a user together
    queue_timeout: 60 # seconds a command may wait for its turn

# one entry per user: a port, and an account on the backend
users:
`;

const listen = '  listen: 127.0.0.1 # 0.0.0.0 to serve other machines\n';

/** A map in front of the demo backend, without users. */
export const demoMap = `${head}defaults:
${listen}  backend:
    # A small backend with sample data that the fleet brings along. For a real one, remove this line and say where it is:
    demo: true
    # host: db.internal
    # port: 3306
    database: sales # schema of sessions that name none
${rest}`;

/** A map in front of a real backend, without users. */
export function realMap(host: string, port: number, database: string | undefined): string {
  const schema =
    database === undefined ? '    # database: sales\n' : `    database: ${yamlScalar(database, false)}\n`;
  return `${head}defaults:
${listen}  backend:
    host: ${yamlScalar(host, false)}
    port: ${port}
${schema}${rest}`;
}
