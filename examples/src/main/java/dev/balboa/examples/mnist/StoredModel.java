package dev.balboa.examples.mnist;

import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.train.Checkpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Models that are trained once. */
final class StoredModel {
  private StoredModel() {}

  /** How a model is trained that has no file yet. */
  @FunctionalInterface
  interface Training<L extends Layer> {
    void train(L model) throws IOException;
  }

  /**
   * A model with the parameters of its file, which is trained and written if it is missing. The
   * model is closed if that fails.
   */
  static <L extends Layer> L ready(L built, Path file, PrintStream log, Training<L> training)
      throws IOException {
    boolean done = false;
    try {
      if (Files.isRegularFile(file)) {
        Checkpoint.loadModel(file, built);
      } else {
        log.println("there is no " + file + ": training it");
        training.train(built);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Checkpoint.saveModel(file, built);
      }
      done = true;
      return built;
    } finally {
      if (!done) {
        built.close();
      }
    }
  }
}
