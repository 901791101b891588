package dev.balboa.nn.data.image;

import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.Shape;

/** See {@link ImageTransforms#cover}. */
record Cover(int height, int width) implements ImageTransform {
  Cover {
    ImageTransforms.checkSize("cover", height, width);
  }

  @Override
  public Image apply(Image image, SampleRandom random) {
    return cut(image);
  }

  Image cut(Image image) {
    double scale = Math.max((double) height / image.height(), (double) width / image.width());
    int rows = Math.max(height, (int) Math.round(image.height() * scale));
    int columns = Math.max(width, (int) Math.round(image.width() * scale));
    Image large = Resize.resize(image, rows, columns);
    return rows == height && columns == width
        ? large
        : large.crop((rows - height) / 2, (columns - width) / 2, height, width, 0);
  }

  @Override
  public Shape outputShape(Shape input) {
    return Shape.of(input.dim(0), height, width);
  }
}
