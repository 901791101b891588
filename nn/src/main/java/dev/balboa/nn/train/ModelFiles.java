package dev.balboa.nn.train;

import dev.balboa.nn.layer.Layer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * Keeps the model as it was after every so many epochs, each in a file of its own: {@code
 * <name>-0004.safetensors} after the epoch of number 4 (from 0). The last state and the best one
 * are {@link Trainer#checkpoint} and {@link Trainer#bestModel}.
 */
public final class ModelFiles implements TrainingListener {
  private final Layer model;
  private final Path directory;
  private final String name;
  private final int every;

  /**
   * Files of a model.
   *
   * @param directory exists
   * @param every so many epochs, at least 1
   */
  public ModelFiles(Layer model, Path directory, String name, int every) {
    this.model = Objects.requireNonNull(model, "model files: model");
    this.directory = Objects.requireNonNull(directory, "model files: directory");
    this.name = Objects.requireNonNull(name, "model files: name");
    if (every < 1) {
      throw new IllegalArgumentException("model files: expected every >= 1 epochs, got " + every);
    }
    this.every = every;
  }

  /** The file of an epoch. */
  public Path file(long epoch) {
    return directory.resolve(String.format(Locale.ROOT, "%s-%04d.safetensors", name, epoch));
  }

  @Override
  public void onEpoch(EpochReport report) {
    if ((report.epoch() + 1) % every == 0) {
      try {
        Checkpoint.saveModel(file(report.epoch()), model);
      } catch (IOException e) {
        throw new UncheckedIOException("model files: cannot write " + file(report.epoch()), e);
      }
    }
  }
}
