package dev.balboa.examples.common;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.StopReason;
import dev.balboa.nn.train.Trainer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Lets Ctrl-C, and any other request to end the JVM, wait until the step under way is finished and
 * its checkpoint written.
 *
 * @param log told how it went
 * @param checkpoint the file that the trainer writes
 */
public record StopOnInterrupt(Trainer trainer, PrintStream log, Path checkpoint) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** {@link Trainer#fit}, which such a request ends. */
  public History fit(DataLoader data, int epochs) throws IOException {
    Thread hook = Thread.ofPlatform().name("stop-on-interrupt").unstarted(this::stop);
    Runtime.getRuntime().addShutdownHook(hook);
    boolean requested = false;
    try {
      History history = trainer.fit(data, epochs);
      requested = history.reason() == StopReason.REQUESTED;
      return history;
    } finally {
      if (!requested) {
        remove(hook);
      }
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The JVM is ending: the hook runs, and finds nothing to stop.
    }
  }

  private void stop() {
    try {
      boolean stopped = trainer.stopAndWait(PATIENCE);
      log.println(
          stopped
              ? "stopped; go on with --resume, from " + checkpoint
              : "the step under way did not end in time; " + checkpoint + " is from before it");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      log.println("interrupted while stopping: " + e.getMessage());
    }
  }
}
