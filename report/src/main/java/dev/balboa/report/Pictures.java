package dev.balboa.report;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Tensor;
import java.awt.image.BufferedImage;

/** Tensors as pictures. */
public final class Pictures {
  private Pictures() {}

  /**
   * A picture of which the smallest element is black and the largest white, or of full colour.
   *
   * @param picture F32 [1, height, width] or [3, height, width] (red, green, blue), or the same
   *     with a batch of one in front
   */
  public static BufferedImage of(Tensor picture) {
    float[] elements = checked(picture).toFloats();
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (float element : elements) {
      low = Math.min(low, element);
      high = Math.max(high, element);
    }
    return draw(elements, picture.shape(), low, high > low ? high : low + 1);
  }

  /**
   * A picture of which {@code black} is black and {@code white} white, or of full colour; what is
   * beyond is clamped.
   *
   * @param picture as in {@link #of(Tensor)}
   */
  public static BufferedImage of(Tensor picture, float black, float white) {
    if (!(white - black > 0) || Float.isInfinite(white - black)) {
      throw new IllegalArgumentException(
          "picture: expected black < white, got " + black + " and " + white);
    }
    return draw(checked(picture).toFloats(), picture.shape(), black, white);
  }

  private static Tensor checked(Tensor picture) {
    Shape shape = picture.shape();
    int rank = shape.rank();
    boolean one = rank == 3 || (rank == 4 && shape.dim(0) == 1);
    if (!one
        || picture.dtype() != DType.F32
        || (shape.dim(rank - 3) != 1 && shape.dim(rank - 3) != 3)
        || shape.size() < 1
        || shape.size() > 1 << 28) {
      throw new IllegalArgumentException(
          "picture: expected F32[1 or 3, height, width], got " + picture.spec());
    }
    return picture;
  }

  private static BufferedImage draw(float[] elements, Shape shape, float black, float white) {
    int rank = shape.rank();
    int height = (int) shape.dim(rank - 2);
    int width = (int) shape.dim(rank - 1);
    int plane = shape.dim(rank - 3) == 1 ? 0 : height * width;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < height * width; i++) {
      int rgb = 0;
      for (int channel = 0; channel < 3; channel++) {
        float place = (elements[i + channel * plane] - black) / (white - black);
        rgb = rgb << 8 | Math.round(255 * Math.clamp(place, 0f, 1f));
      }
      image.setRGB(i % width, Math.floorDiv(i, width), rgb);
    }
    return image;
  }

  /** A picture under a title, small ones enlarged pixel by pixel, as {@link HeatMap} does. */
  public static Figure figure(BufferedImage picture, String title) {
    int longest = Math.max(picture.getWidth(), picture.getHeight());
    double scale = Math.max(1, HeatMapLayout.SIDE / (double) longest);
    int width = (int) Math.round(picture.getWidth() * scale);
    int height = (int) Math.round(picture.getHeight() * scale);
    BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        large.setRGB(x, y, picture.getRGB((int) (x / scale), (int) (y / scale)));
      }
    }
    int margin = HeatMapLayout.MARGIN;
    int top = 4;
    return new Figure(
            width + 2 * margin, top + height + margin, g -> g.drawImage(large, margin, top, null))
        .titled(title);
  }
}
