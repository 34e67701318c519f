import { Argument, Command } from "commander";
import type { CommandContext } from "../context.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

export function completionCommand(context: CommandContext): Command {
  return new Command("completion")
    .description("print a script that completes daybook's commands and options in a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .action(async (shell: (typeof SHELLS)[number], _options: unknown, self: Command) => {
      // Only this command needs them.
      const { commandTree } = await import("../completion/command-tree.js");
      const { bashCompletion } = await import("../completion/bash.js");
      const { zshCompletion } = await import("../completion/zsh.js");
      const { fishCompletion } = await import("../completion/fish.js");
      const make = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell];
      context.stdout.write(make(commandTree(self.parent!)));
    });
}
