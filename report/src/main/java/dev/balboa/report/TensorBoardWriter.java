package dev.balboa.report;

import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;

/**
 * Writes an event file that TensorBoard shows: scalars, histograms, pictures and text, each under a
 * tag, with the step it is of. Tags with a common beginning before a {@code /} are shown together.
 *
 * <pre>{@code
 * try (TensorBoardWriter board = TensorBoardWriter.open(Path.of("runs/first"))) {
 *   board.scalar("loss", 100, 0.25);
 * }
 * }</pre>
 *
 * <p>{@code tensorboard --logdir runs} then shows every run below {@code runs} beside the others.
 * Each record is whole in the file as soon as its method returns.
 *
 * <p>Thread rule: one thread at a time.
 */
public final class TensorBoardWriter implements AutoCloseable {
  private final Path path;
  private final EventFile file;
  private final InstantSource clock;

  private TensorBoardWriter(Path path, EventFile file, InstantSource clock) {
    this.path = path;
    this.file = file;
    this.clock = clock;
  }

  /** Makes a new event file in a directory, which is made if it is not there. */
  public static TensorBoardWriter open(Path directory) throws IOException {
    return open(directory, InstantSource.system());
  }

  static TensorBoardWriter open(Path directory, InstantSource clock) throws IOException {
    Files.createDirectories(directory);
    Instant now = clock.instant();
    Path path =
        directory.resolve(
            String.format(
                Locale.ROOT,
                "events.out.tfevents.%010d.balboa.%d.%d",
                now.getEpochSecond(),
                ProcessHandle.current().pid(),
                now.getNano()));
    EventFile file = new EventFile(path);
    TensorBoardWriter writer = new TensorBoardWriter(path, file, clock);
    file.write(Events.version(writer.time()));
    return writer;
  }

  /** The event file. */
  public Path file() {
    return path;
  }

  /** A number, stored as F32. */
  public void scalar(String tag, long step, double value) throws IOException {
    file.write(Events.scalar(time(), step, checked(tag, step), value));
  }

  /**
   * How the elements of a floating-point tensor are spread; those that are not finite are left out.
   */
  public void histogram(String tag, long step, Tensor values) throws IOException {
    Histogram histogram = Histogram.of(elements(values));
    file.write(Events.histogram(time(), step, checked(tag, step), histogram));
  }

  private static double[] elements(Tensor values) {
    if (!values.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "TensorBoard: expected a floating-point tensor for a histogram, got " + values.spec());
    }
    try (var _ = Scope.open()) {
      return values.detach().cast(DType.F64).toDoubles();
    }
  }

  /** A picture, stored as PNG. */
  public void image(String tag, long step, BufferedImage image) throws IOException {
    Objects.requireNonNull(image, "TensorBoard: image");
    file.write(Events.image(time(), step, checked(tag, step), image));
  }

  /** Text in Markdown. */
  public void text(String tag, long step, String markdown) throws IOException {
    Objects.requireNonNull(markdown, "TensorBoard: text");
    file.write(Events.text(time(), step, checked(tag, step), markdown));
  }

  /**
   * The run goes on at this step: TensorBoard forgets what earlier files of the directory say of it
   * and of later ones.
   */
  public void resumedAt(long step) throws IOException {
    file.write(Events.resumed(time(), step));
  }

  private static String checked(String tag, long step) {
    if (tag.isEmpty() || step < 0) {
      throw new IllegalArgumentException(
          "TensorBoard: expected a tag and a step >= 0, got '" + tag + "' and " + step);
    }
    return tag;
  }

  private double time() {
    return clock.millis() * 1e-3;
  }

  /** Closes the file. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
