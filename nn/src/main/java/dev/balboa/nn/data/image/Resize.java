package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;

/** See {@link ImageTransforms#resize}. */
record Resize(int height, int width) implements ImageTransform {
  Resize {
    ImageTransforms.checkSize("resize", height, width);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    return resize(image, height, width);
  }

  @Override
  public Shape outputShape(Shape input) {
    return Shape.of(input.dim(0), height, width);
  }

  static Image resize(Image image, int height, int width) {
    Image wide = width == image.width() ? image : columns(image, Taps.of(image.width(), width));
    return height == wide.height() ? wide : rows(wide, Taps.of(image.height(), height));
  }

  private static Image columns(Image image, Taps taps) {
    Image out = Image.filled(image.channels(), image.height(), taps.size(), 0);
    float[] from = image.pixels();
    float[] to = out.pixels();
    for (int row = 0; row < image.channels() * image.height(); row++) {
      for (int x = 0; x < taps.size(); x++) {
        float[] weights = taps.weights[x];
        int first = row * image.width() + taps.first[x];
        float sum = 0;
        for (int i = 0; i < weights.length; i++) {
          sum += weights[i] * from[first + i];
        }
        to[row * taps.size() + x] = sum;
      }
    }
    return out;
  }

  private static Image rows(Image image, Taps taps) {
    int width = image.width();
    Image out = Image.filled(image.channels(), taps.size(), width, 0);
    float[] from = image.pixels();
    float[] to = out.pixels();
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < taps.size(); y++) {
        int target = (c * taps.size() + y) * width;
        for (int i = 0; i < taps.weights[y].length; i++) {
          float weight = taps.weights[y][i];
          int source = (c * image.height() + taps.first[y] + i) * width;
          for (int x = 0; x < width; x++) {
            to[target + x] += weight * from[source + x];
          }
        }
      }
    }
    return out;
  }

  /** Which old pixels, from the first on, a new one is made of, and with which weights. */
  private static final class Taps {
    private final int[] first;
    private final float[][] weights;

    private Taps(int size) {
      first = new int[size];
      weights = new float[size][];
    }

    int size() {
      return first.length;
    }

    /** A triangle about the middle of each new pixel, as wide as the larger of the pixels. */
    static Taps of(int from, int to) {
      Taps taps = new Taps(to);
      double scale = (double) from / to;
      double support = Math.max(1, scale);
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale;
        int first = Math.max(0, (int) Math.floor(centre - support + 0.5));
        int end = Math.min(from, (int) Math.floor(centre + support + 0.5));
        double[] triangle = new double[end - first];
        double sum = 0;
        for (int j = 0; j < triangle.length; j++) {
          triangle[j] = Math.max(0, 1 - Math.abs((first + j + 0.5 - centre) / support));
          sum += triangle[j];
        }
        taps.first[i] = first;
        taps.weights[i] = new float[triangle.length];
        for (int j = 0; j < triangle.length; j++) {
          taps.weights[i][j] = (float) (triangle[j] / sum);
        }
      }
      return taps;
    }
  }
}
