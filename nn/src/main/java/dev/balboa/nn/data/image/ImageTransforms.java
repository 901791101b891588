package dev.balboa.nn.data.image;

import java.util.Arrays;

/**
 * What is usually done to pictures, under the names that torchvision gave it. Sizes are in pixels;
 * {@code fill} is the number that pixels from beyond the picture get, 0 unless told.
 *
 * <pre>{@code
 * Dataset augmented =
 *     ImageTransforms.compose(
 *             ImageTransforms.randomCrop(32, 32, 4, 0),
 *             ImageTransforms.randomFlipHorizontal(0.5),
 *             ImageTransforms.normalize(new float[] {0.5f}, new float[] {0.25f}))
 *         .over(train, 42);
 * }</pre>
 */
public final class ImageTransforms {
  private ImageTransforms() {}

  /** One after the other. */
  public static ImageTransform compose(ImageTransform... transforms) {
    if (transforms.length == 0) {
      throw new IllegalArgumentException("compose: expected at least one transform, got none");
    }
    return Arrays.stream(transforms).reduce(ImageTransform::then).orElseThrow();
  }

  /** The middle {@code height} rows and {@code width} columns, of pictures at least that large. */
  public static ImageTransform centerCrop(int height, int width) {
    return new CenterCrop(height, width);
  }

  /** So many rows and columns anywhere in the picture with {@code padding} pixels on each side. */
  public static ImageTransform randomCrop(int height, int width, int padding, float fill) {
    return new RandomCrop(height, width, padding, fill);
  }

  /**
   * A part of random area and aspect ratio, resized (Szegedy et al., 2015): the usual augmentation
   * for ImageNet is a least area of 0.08.
   *
   * @param leastArea of the part, as a share of the picture's, in (0, 1]
   * @param mostRatio the larger of width / height and height / width, at least 1; 4/3 is usual
   */
  public static ImageTransform randomResizedCrop(
      int height, int width, double leastArea, double mostRatio) {
    return new RandomResizedCrop(height, width, leastArea, mostRatio);
  }

  /**
   * The whole picture in this size, whatever the aspect ratio: linear interpolation when it grows,
   * the mean over a triangle as wide as two new pixels when it shrinks, as Pillow's {@code
   * BILINEAR} and PyTorch's {@code antialias=True}.
   */
  public static ImageTransform resize(int height, int width) {
    return new Resize(height, width);
  }

  /** The picture scaled so that it covers this size, and its middle cut out. */
  public static ImageTransform cover(int height, int width) {
    return new Cover(height, width);
  }

  /** Left and right exchanged with this probability. */
  public static ImageTransform randomFlipHorizontal(double probability) {
    return new Flip(true, probability);
  }

  /** Top and bottom exchanged with this probability. */
  public static ImageTransform randomFlipVertical(double probability) {
    return new Flip(false, probability);
  }

  /** Turned counter-clockwise about its middle, with linear interpolation, in the same size. */
  public static ImageTransform rotate(double degrees, float fill) {
    return new Rotation(degrees, degrees, fill);
  }

  /** {@link #rotate} by a random angle of at most so many degrees, either way. */
  public static ImageTransform randomRotation(double mostDegrees, float fill) {
    return new Rotation(-mostDegrees, mostDegrees, fill);
  }

  /** (x - mean) / deviation, with a mean and a deviation for each channel or one for all. */
  public static ImageTransform normalize(float[] mean, float[] deviation) {
    return new Normalization(mean, deviation);
  }

  /**
   * All numbers times a random b in [1 - brightness, 1 + brightness], then moved away from the
   * picture's mean m, or towards it, by a random c in [1 - contrast, 1 + contrast]: (x - m) c + m.
   * Nothing is clamped.
   *
   * @param brightness in [0, 1]
   * @param contrast in [0, 1]
   */
  public static ImageTransform jitter(double brightness, double contrast) {
    return new Jitter(brightness, contrast);
  }

  /**
   * A rectangle of random area and aspect ratio filled, with this probability (Zhong et al., 2017).
   *
   * @param leastArea as a share of the picture's; 0.02 is usual
   * @param mostArea as a share of the picture's; 0.33 is usual
   */
  public static ImageTransform randomErasing(
      double probability, double leastArea, double mostArea, float fill) {
    return new Erasing(probability, leastArea, mostArea, fill);
  }

  static void that(boolean holds, String name, String expected, Object got) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", got " + got);
    }
  }

  static void checkSize(String name, int height, int width) {
    that(height >= 1 && width >= 1, name, "a height and a width >= 1", height + " and " + width);
  }

  static void checkProbability(String name, double probability) {
    that(probability >= 0 && probability <= 1, name, "a probability in [0, 1]", probability);
  }
}
