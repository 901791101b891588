package dev.balboa.examples.mnist;

import dev.balboa.nn.exec.NativeUnavailableException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a convolutional network on handwritten digits and asks it about some. */
@Command(
    name = "mnist",
    description = "Trains a convolutional network on handwritten digits and asks it about some.",
    footer = "Without a command, the options are those of train.",
    mixinStandardHelpOptions = true,
    version = "Balboa 0.1.0-SNAPSHOT",
    subcommands = {
      TrainCommand.class,
      PredictCommand.class,
      ExplainCommand.class,
      AugmentCommand.class,
      QuantizeCommand.class
    })
public final class Mnist implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "expected a command: train, predict, explain, augment or quantize");
  }

  /** Runs a command and ends the JVM with its exit status. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(execute(args));
  }

  /** Runs a command: 0 if it did what it should, 1 if not, 2 if the arguments are wrong. */
  static int execute(String... args) {
    boolean bare =
        args.length == 0
            || (args[0].startsWith("-")
                && !Stream.of("-h", "--help", "-V", "--version").toList().contains(args[0]));
    String[] all =
        bare ? Stream.concat(Stream.of("train"), Stream.of(args)).toArray(String[]::new) : args;
    return new CommandLine(new Mnist())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Mnist::report)
        .execute(all);
  }

  /** Mistakes that a user can mend are told in a line, others with where they happened. */
  private static int report(Exception e, CommandLine command, CommandLine.ParseResult arguments)
      throws Exception {
    if (e instanceof IOException
        || e instanceof IllegalArgumentException
        || e instanceof NativeUnavailableException) {
      boolean bare = e instanceof NoSuchFileException missing && missing.getReason() == null;
      command.getErr().println("mnist: " + e.getMessage() + (bare ? ": no such file" : ""));
      return 1;
    }
    throw e;
  }
}
