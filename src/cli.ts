#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import packageFile from '../package.json' with { type: 'json' }
import { addLooking } from './cli-look.ts'
import { addWorking } from './cli-work.ts'
import { exitCodeOf } from './main.ts'

/** Every command, with its own help. */
export function makeProgram(): Command {
  const program = new Command('hearthwarden')
    .description("The home's own security watch: asks the running program, or the data folder when none runs")
    .version(packageFile.version)
    .exitOverride()
    .showHelpAfterError('(hearthwarden help shows every command)')
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--json', 'one JSON object a line')
      .option('--data <folder>', 'the data folder')
      .option('--config <file>', 'the options file')
  addLooking(command)
  addWorking(command)
  return program
}

if (import.meta.main) {
  try {
    await makeProgram().parseAsync()
    process.exit()
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
    process.exit(exitCodeOf(error))
  }
}
