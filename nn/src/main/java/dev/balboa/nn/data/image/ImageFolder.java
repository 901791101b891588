package dev.balboa.nn.data.image;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pictures in a folder for each class: {@code cat/1.jpg}, {@code cat/more/2.png}, {@code
 * dog/1.jpg}. Formats are those of {@code javax.imageio}: PNG, JPEG, BMP, GIF (the first picture).
 * Inputs are F32 [channels, height, width] in [0, 1], labels class indices.
 *
 * <p>Classes are numbered in the order of their names, samples ordered by class and path, both by
 * UTF-16 code unit with {@code /} between names, so that they are the same on every system. Folders
 * and files whose name begins with a dot, and files of other formats, are passed over.
 *
 * <p>A picture is decoded when it is read, scaled so that it covers the size, and its middle cut
 * out. Transparency is ignored, as are rotations in EXIF; other colours become grey by Rec. 601.
 *
 * <p>Errors: a file that cannot be decoded is named in an {@link UncheckedIOException} when it is
 * read, see {@link #damaged}. Needs the module {@code java.desktop}.
 *
 * <p>Thread rule: immutable; the files must not change.
 */
public final class ImageFolder implements Dataset {
  private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "gif");
  private static final TensorSpec LABEL = new TensorSpec(Shape.scalar(), DType.I32);

  /** A file that cannot be read as a picture, and why. */
  public record Damage(Path file, String reason) {}

  private record Sample(Path file, int label) {}

  private final Path root;
  private final List<String> classes;
  private final List<Sample> samples;
  private final TensorSpec inputSpec;
  private final Cover fit;

  private ImageFolder(Path root, List<String> classes, List<Sample> samples, Shape picture) {
    this.root = root;
    this.classes = List.copyOf(classes);
    this.samples = List.copyOf(samples);
    this.inputSpec = new TensorSpec(picture, DType.F32);
    this.fit = new Cover((int) picture.dim(1), (int) picture.dim(2));
  }

  /**
   * Lists a folder; nothing is decoded yet.
   *
   * @param channels 1 for grey, 3 for red, green, blue
   * @throws IOException if it is not a folder, or has no folder with a picture in it
   */
  public static ImageFolder open(Path root, int channels, int height, int width)
      throws IOException {
    ImageTransforms.that(
        channels == 1 || channels == 3, "image folder", "1 or 3 channels", channels);
    ImageTransforms.checkSize("image folder", height, width);
    Decoder.checkAvailable();
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(root + ": expected a folder with a folder for each class");
    }
    List<String> classes = new ArrayList<>();
    List<Sample> samples = new ArrayList<>();
    for (Path folder : folders(root)) {
      pictures(folder).forEach(file -> samples.add(new Sample(file, classes.size())));
      classes.add(folder.getFileName().toString());
    }
    if (samples.isEmpty()) {
      throw new IOException(
          root + ": expected a folder for each class with pictures in it, " + ENDINGS);
    }
    return new ImageFolder(root, classes, samples, Shape.of(channels, height, width));
  }

  private static List<Path> folders(Path root) throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return sorted(
          root,
          all.filter(
              path -> Files.isDirectory(path) && !path.getFileName().toString().startsWith(".")));
    }
  }

  private static List<Path> pictures(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return sorted(folder, all.filter(file -> isPicture(folder, file)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static List<Path> sorted(Path from, Stream<Path> paths) {
    return paths.sorted(Comparator.comparing(path -> name(from, path))).toList();
  }

  private static String name(Path from, Path path) {
    return from.relativize(path).toString().replace('\\', '/');
  }

  private static boolean isPicture(Path folder, Path file) {
    for (Path part : folder.relativize(file)) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return ENDINGS.contains(ending) && Files.isRegularFile(file);
  }

  /** The names of the classes, by index. */
  public List<String> classes() {
    return classes;
  }

  /** The class of a sample. */
  public int label(int index) {
    return samples.get(index).label;
  }

  /** The file of a sample. */
  public Path file(int index) {
    return samples.get(index).file;
  }

  /** Decodes everything once and tells which files cannot be, in order. */
  public List<Damage> damaged() {
    List<Damage> damaged = new ArrayList<>();
    for (Sample sample : samples) {
      try {
        Decoder.decode(sample.file, (int) inputSpec.shape().dim(0));
      } catch (IOException e) {
        damaged.add(new Damage(sample.file, String.valueOf(e.getMessage())));
      }
    }
    return damaged;
  }

  @Override
  public int size() {
    return samples.size();
  }

  @Override
  public TensorSpec inputSpec() {
    return inputSpec;
  }

  @Override
  public TensorSpec labelSpec() {
    return LABEL;
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    Sample sample = samples.get(index);
    try {
      Image decoded = Decoder.decode(sample.file, (int) inputSpec.shape().dim(0));
      float[] pixels = fit.cut(decoded).pixels();
      MemorySegment.copy(pixels, 0, input, ValueLayout.JAVA_FLOAT, 0, pixels.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    label.set(ValueLayout.JAVA_INT, 0, sample.label);
  }

  /** Where, how many, and of how many classes. */
  @Override
  public String toString() {
    return root + ": " + samples.size() + " pictures of " + classes.size() + " classes";
  }
}
