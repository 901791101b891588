package dev.balboa.nn.data;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Pictures of unsigned bytes with class labels, all in memory: one byte a pixel, turned into F32
 * when a batch is assembled. Inputs are [channels, height, width], labels class indices.
 *
 * <p>Pixels become (p / 255 - mean) / deviation, mean 0 and deviation 1 unless {@linkplain
 * #normalized told}.
 *
 * <p>Thread rule: immutable.
 */
public final class ImageDataset implements Dataset {
  private static final TensorSpec LABEL = new TensorSpec(Shape.scalar(), DType.I32);

  private final byte[] pixels;
  private final byte[] labels;
  private final TensorSpec inputSpec;
  private final int pictureSize;
  private final int classes;
  private final float[] scale;

  /**
   * Pictures one after the other.
   *
   * @param pixels unsigned, [size, channels, height, width] in row-major order; not copied
   * @param picture channels, height and width
   * @param labels unsigned, below {@code classes}; not copied
   * @param classes at most 256
   */
  public ImageDataset(byte[] pixels, Shape picture, byte[] labels, int classes) {
    this(pixels, picture, labels, classes, scale(0, 1));
  }

  private ImageDataset(byte[] pixels, Shape picture, byte[] labels, int classes, float[] scale) {
    if (picture.rank() != 3 || picture.size() < 1 || picture.size() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "image dataset: expected pictures [channels, height, width], got " + picture);
    }
    if (pixels.length != labels.length * picture.size()) {
      throw new IllegalArgumentException(
          "image dataset: expected "
              + labels.length * picture.size()
              + " pixels for "
              + labels.length
              + " labels and pictures "
              + picture
              + ", got "
              + pixels.length);
    }
    this.pixels = pixels;
    this.labels = labels;
    this.inputSpec = new TensorSpec(picture, DType.F32);
    this.pictureSize = (int) picture.size();
    this.classes = classes;
    this.scale = scale;
    checkLabels();
  }

  /** What each pixel value becomes. */
  private static float[] scale(double mean, double deviation) {
    float[] table = new float[256];
    for (int p = 0; p < table.length; p++) {
      table[p] = (float) ((p / 255.0 - mean) / deviation);
    }
    return table;
  }

  private void checkLabels() {
    if (classes < 1 || classes > 256) {
      throw new IllegalArgumentException(
          "image dataset: expected 1 to 256 classes, got " + classes);
    }
    for (int i = 0; i < labels.length; i++) {
      if (label(i) >= classes) {
        throw new IllegalArgumentException(
            "image dataset: expected labels below " + classes + ", got " + label(i) + " at " + i);
      }
    }
  }

  /**
   * Grey pictures and labels from two IDX files, see {@link IdxReader}.
   *
   * @throws IdxException if a file is not valid, or they do not fit each other
   */
  public static ImageDataset fromIdx(Path images, Path labels, int classes) throws IOException {
    IdxReader.Array x = IdxReader.read(images, 3);
    IdxReader.Array y = IdxReader.read(labels, 1);
    int[] dims = x.dims();
    if (y.dims()[0] != dims[0]) {
      throw new IdxException(
          labels, 4, "expected as many labels as pictures, " + dims[0] + ", got " + y.dims()[0]);
    }
    byte[] all = y.elements();
    for (int i = 0; i < all.length; i++) {
      if (Byte.toUnsignedInt(all[i]) >= classes) {
        throw new IdxException(
            labels,
            8L + i,
            "expected a label below " + classes + ", got " + Byte.toUnsignedInt(all[i]));
      }
    }
    return new ImageDataset(x.elements(), Shape.of(1, dims[1], dims[2]), all, classes);
  }

  /** The same pictures with pixels (p / 255 - mean) / deviation. */
  public ImageDataset normalized(double mean, double deviation) {
    if (!Double.isFinite(mean) || !(deviation > 0) || Double.isInfinite(deviation)) {
      throw new IllegalArgumentException(
          "image dataset: expected a finite mean and a finite deviation > 0, got "
              + mean
              + " and "
              + deviation);
    }
    return new ImageDataset(pixels, inputSpec.shape(), labels, classes, scale(mean, deviation));
  }

  /** The samples [from, to), copied. */
  @Override
  public ImageDataset slice(int from, int to) {
    Objects.checkFromToIndex(from, to, size());
    return new ImageDataset(
        Arrays.copyOfRange(pixels, from * pictureSize, to * pictureSize),
        inputSpec.shape(),
        Arrays.copyOfRange(labels, from, to),
        classes,
        scale);
  }

  /** How many classes there are. */
  public int classes() {
    return classes;
  }

  /** The class of a sample. */
  public int label(int index) {
    return Byte.toUnsignedInt(labels[index]);
  }

  /** A copy of the unsigned pixels of a sample. */
  public byte[] picture(int index) {
    int from = Objects.checkIndex(index, size()) * pictureSize;
    return Arrays.copyOfRange(pixels, from, from + pictureSize);
  }

  @Override
  public int size() {
    return labels.length;
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
    int from = Objects.checkIndex(index, size()) * pictureSize;
    for (int i = 0; i < pictureSize; i++) {
      input.setAtIndex(ValueLayout.JAVA_FLOAT, i, scale[Byte.toUnsignedInt(pixels[from + i])]);
    }
    label.set(ValueLayout.JAVA_INT, 0, label(index));
  }
}
