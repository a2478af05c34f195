// All commands, in the order of the help. Each file registers its own; heavy modules are imported when a command runs.
import type { Command } from 'commander';
import * as add from './add.js';
import * as completion from './completion.js';
import * as connect from './connect.js';
import type { Context } from './context.js';
import * as demo from './demo.js';
import * as doctor from './doctor.js';
import * as init from './init.js';
import * as remove from './remove.js';
import * as set from './set.js';
import * as down from './down.js';
import * as plan from './plan.js';
import * as restart from './restart.js';
import * as status from './status.js';
import * as logs from './logs.js';
import * as events from './events.js';
import * as startup from './startup.js';
import * as top from './top.js';
import * as up from './up.js';
import * as validate from './validate.js';

export type Register = (program: Command, context: Context) => void;

export const commands: readonly Register[] = [
  init.register,
  add.register,
  remove.register,
  set.register,
  up.register,
  status.register,
  top.register,
  events.register,
  logs.register,
  restart.register,
  plan.register,
  down.register,
  startup.register,
  validate.register,
  connect.register,
  doctor.register,
  demo.register,
  completion.register,
];
