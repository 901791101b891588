package dev.balboa.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.op.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDatasetTest {
  @TempDir private Path directory;

  private final ImageDataset dataset =
      new ImageDataset(
          new byte[] {0, 51, (byte) 255, 102, 1, 2}, Shape.of(1, 1, 2), new byte[] {2, 0, 1}, 3);

  private static float[] input(Dataset from, int index) {
    float[] x = new float[2];
    from.read(index, MemorySegment.ofArray(x), MemorySegment.ofArray(new int[1]));
    return x;
  }

  @Test
  void scalesPixelsAndGivesLabels() {
    assertThat(dataset.size()).isEqualTo(3);
    assertThat(dataset.classes()).isEqualTo(3);
    assertThat(dataset.inputSpec()).hasToString("F32[1, 1, 2]");
    assertThat(dataset.labelSpec()).hasToString("I32[]");
    assertThat(input(dataset, 0)).containsExactly(0, 0.2f);
    assertThat(input(dataset, 1)).containsExactly(1, 0.4f);
    assertThat(dataset.label(0)).isEqualTo(2);
    assertThat(dataset.picture(1)).containsExactly(255, 102);
    int[] label = new int[1];
    dataset.read(2, MemorySegment.ofArray(new float[2]), MemorySegment.ofArray(label));
    assertThat(label).containsExactly(1);
  }

  @Test
  void normalizes() {
    ImageDataset normalized = dataset.normalized(0.2, 0.4);
    assertThat(input(normalized, 0)).containsExactly(-0.5f, 0);
    assertThat(input(normalized.slice(1, 2), 0)).containsExactly(2, 0.5f);
    assertThatThrownBy(() -> dataset.normalized(0, 0)).hasMessageContaining("got 0.0 and 0.0");
    assertThatThrownBy(() -> dataset.normalized(Double.NaN, 1)).hasMessageContaining("finite mean");
  }

  @Test
  void slices() {
    ImageDataset slice = dataset.slice(1, 3);
    assertThat(slice.size()).isEqualTo(2);
    assertThat(slice.label(1)).isEqualTo(1);
    assertThat(slice.picture(1)).containsExactly(1, 2);
    Dataset view = new DatasetSlice(dataset, 1, 3);
    assertThat(input(view, 0)).containsExactly(1, 0.4f);
    assertThat(view.inputSpec()).isEqualTo(dataset.inputSpec());
    assertThat(view.labelSpec()).isEqualTo(dataset.labelSpec());
    assertThatThrownBy(() -> input(view, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> dataset.slice(2, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new DatasetSlice(dataset, 2, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Shape picture = Shape.of(1, 1, 2);
    assertThatThrownBy(() -> new ImageDataset(new byte[3], picture, new byte[2], 3))
        .hasMessageContaining("expected 4 pixels for 2 labels and pictures [1, 1, 2], got 3");
    assertThatThrownBy(() -> new ImageDataset(new byte[2], picture, new byte[] {3}, 3))
        .hasMessageContaining("expected labels below 3, got 3 at 0");
    assertThatThrownBy(() -> new ImageDataset(new byte[2], Shape.of(2), new byte[1], 3))
        .hasMessageContaining("[channels, height, width], got [2]");
    assertThatThrownBy(() -> new ImageDataset(new byte[2], picture, new byte[1], 257))
        .hasMessageContaining("1 to 256 classes, got 257");
  }

  @Test
  void readsPicturesAndLabelsFromIdxFiles() throws IOException {
    Path images =
        Files.write(directory.resolve("x"), IdxReaderTest.idx(new byte[] {0, 1, 2, 3}, 2, 1, 2));
    Path labels = Files.write(directory.resolve("y"), IdxReaderTest.idx(new byte[] {9, 0}, 2));
    ImageDataset digits = ImageDataset.fromIdx(images, labels, 10);
    assertThat(digits.picture(1)).containsExactly(2, 3);
    assertThat(digits.label(0)).isEqualTo(9);
    assertThat(digits.inputSpec()).hasToString("F32[1, 1, 2]");
    assertThatThrownBy(() -> ImageDataset.fromIdx(images, labels, 9))
        .isInstanceOf(IdxException.class)
        .hasMessageContainingAll(labels.toString(), "at byte 8", "a label below 9, got 9");
    Path more = Files.write(directory.resolve("z"), IdxReaderTest.idx(new byte[] {9, 0, 1}, 3));
    assertThatThrownBy(() -> ImageDataset.fromIdx(images, more, 10))
        .isInstanceOf(IdxException.class)
        .hasMessageContaining("as many labels as pictures, 2, got 3");
  }
}
