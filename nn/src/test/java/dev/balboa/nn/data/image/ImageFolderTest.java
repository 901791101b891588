package dev.balboa.nn.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.DataLoadingException;
import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.data.Epoch;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFolderTest {
  @RegisterExtension private final TestExecution context = new TestExecution();
  @TempDir private Path directory;

  private Path save(String name, String format, int type, Color color, int width, int height)
      throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return save(name, format, image);
  }

  private Path save(String name, String format, BufferedImage image) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return file;
  }

  private static float[] pixels(Dataset dataset) {
    try (Epoch epoch = new DataLoader(dataset, 1).prefetch(0).epoch(0)) {
      return epoch.next().x().toFloats();
    }
  }

  @Test
  void classesAndSamplesComeInOrder() throws IOException {
    int rgb = BufferedImage.TYPE_INT_RGB;
    save("dog/1.png", "png", rgb, Color.RED, 2, 2);
    save("cat/b/10.jpeg", "jpeg", rgb, Color.GREEN, 2, 2);
    save("cat/b.PNG", "png", rgb, Color.BLUE, 2, 2);
    save("cat/9.gif", "gif", rgb, Color.WHITE, 2, 2);
    save("ant/1.bmp", "bmp", rgb, Color.BLACK, 2, 2);
    save(".hidden/1.png", "png", rgb, Color.BLACK, 2, 2);
    save("cat/.thumbs/1.png", "png", rgb, Color.BLACK, 2, 2);
    Files.writeString(directory.resolve("cat/notes.txt"), "no picture");
    Files.writeString(directory.resolve("readme.png"), "in no class");
    ImageFolder folder = ImageFolder.open(directory, 3, 2, 2);
    assertThat(folder.classes()).containsExactly("ant", "cat", "dog");
    List<String> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < folder.size(); i++) {
      files.add(directory.relativize(folder.file(i)).toString());
      labels.add(folder.label(i));
    }
    assertThat(files)
        .containsExactly("ant/1.bmp", "cat/9.gif", "cat/b.PNG", "cat/b/10.jpeg", "dog/1.png");
    assertThat(labels).containsExactly(0, 1, 1, 1, 2);
    assertThat(folder.damaged()).isEmpty();
    try (Epoch epoch = new DataLoader(folder, 5).workers(2).epoch(0)) {
      Batch batch = epoch.next();
      assertThat(batch.y().toInts()).containsExactly(0, 1, 1, 1, 2);
      float[] x = batch.x().toFloats();
      assertThat(Arrays.copyOfRange(x, 0, 12)).containsOnly(0);
      assertThat(Arrays.copyOfRange(x, 12, 24)).containsOnly(1);
      assertThat(Arrays.copyOfRange(x, 24, 36)).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1);
      assertThat(x[36]).isCloseTo(0, within(0.02f));
      assertThat(x[40]).isCloseTo(1, within(0.02f));
      assertThat(Arrays.copyOfRange(x, 48, 60)).containsExactly(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    assertThat(folder).asString().contains("5 pictures of 3 classes");
  }

  @Test
  void greyIsWhatTheFileSays() throws IOException {
    BufferedImage bytes = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    bytes.getRaster().setSample(0, 0, 0, 51);
    bytes.getRaster().setSample(1, 0, 0, 255);
    save("a/1.png", "png", bytes);
    assertThat(pixels(ImageFolder.open(directory, 1, 1, 2))).containsExactly(0.2f, 1);
    assertThat(pixels(ImageFolder.open(directory, 3, 1, 2)))
        .containsExactly(0.2f, 1, 0.2f, 1, 0.2f, 1);
    BufferedImage shorts = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    shorts.getRaster().setSample(0, 0, 0, 13107);
    save("a/1.png", "png", shorts);
    assertThat(pixels(ImageFolder.open(directory, 1, 1, 1))).containsExactly(0.2f);
    save("a/1.png", "png", BufferedImage.TYPE_INT_ARGB, new Color(255, 0, 0, 128), 1, 1);
    assertThat(pixels(ImageFolder.open(directory, 1, 1, 1))[0]).isCloseTo(0.299f, within(1e-6f));
  }

  @Test
  void picturesCoverTheSize() throws IOException {
    BufferedImage wide = new BufferedImage(8, 2, BufferedImage.TYPE_INT_RGB);
    wide.setRGB(3, 0, 0xffffff);
    save("a/1.png", "png", wide);
    assertThat(pixels(ImageFolder.open(directory, 1, 2, 2))).containsExactly(1, 0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void corruptFilesAreNamed(int workers) throws IOException {
    Path good = save("a/1.png", "png", BufferedImage.TYPE_INT_RGB, Color.RED, 64, 64);
    Path cut =
        Files.write(directory.resolve("a/2.png"), Arrays.copyOf(Files.readAllBytes(good), 60));
    Path text = Files.writeString(directory.resolve("a/3.jpg"), "not a picture");
    Path empty = Files.writeString(directory.resolve("a/4.gif"), "");
    Path huge = Files.write(directory.resolve("a/5.png"), hugePng());
    ImageFolder folder = ImageFolder.open(directory, 3, 8, 8);
    List<ImageFolder.Damage> damaged = folder.damaged();
    assertThat(damaged.stream().map(ImageFolder.Damage::file))
        .containsExactly(cut, text, empty, huge);
    assertThat(damaged).allMatch(damage -> damage.reason().startsWith(damage.file().toString()));
    assertThat(damaged.get(3).reason()).contains("at most 134217728 pixels");
    try (Epoch epoch = new DataLoader(folder, 1).workers(workers).epoch(0)) {
      epoch.next().close();
      assertThatThrownBy(epoch::next)
          .isInstanceOfSatisfying(
              DataLoadingException.class, e -> assertThat(e.sample()).isEqualTo(1))
          .hasMessageContaining(cut.toString());
    }
  }

  /** The beginning of a PNG file of 40,000 x 40,000 pixels. */
  private static byte[] hugePng() {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.putInt(0x49484452).putInt(40_000).putInt(40_000).put((byte) 8);
    CRC32 checksum = new CRC32();
    checksum.update(header.array());
    ByteBuffer bytes = ByteBuffer.allocate(33).putLong(0x89504e470d0a1a0aL);
    bytes.putInt(13).put(header.array()).putInt((int) checksum.getValue());
    return bytes.array();
  }

  @Test
  void augmentationIsTheSameWithAnyNumberOfWorkers() throws IOException {
    for (int i = 0; i < 12; i++) {
      save("a/" + i + ".png", "png", BufferedImage.TYPE_INT_RGB, new Color(20 * i, 9, 90), 12, 9);
    }
    Dataset augmented =
        ImageTransforms.compose(
                ImageTransforms.randomCrop(8, 8, 2, 0),
                ImageTransforms.randomFlipHorizontal(0.5),
                ImageTransforms.randomRotation(15, 0))
            .over(ImageFolder.open(directory, 3, 8, 8), 5);
    assertThat(augmented.inputSpec()).hasToString("F32[3, 8, 8]");
    List<float[]> expected = batches(new DataLoader(augmented, 5).shuffle(1).workers(0));
    List<float[]> got = batches(new DataLoader(augmented, 5).shuffle(1).workers(3));
    assertThat(got).hasSameSizeAs(expected);
    for (int i = 0; i < got.size(); i++) {
      assertThat(got.get(i)).isEqualTo(expected.get(i));
    }
    assertThat(got.get(0)).as("another epoch").isNotEqualTo(got.get(3));
  }

  private static List<float[]> batches(DataLoader loader) {
    List<float[]> all = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      try (Epoch epoch = loader.epoch(number)) {
        epoch.forEachRemaining(batch -> all.add(batch.x().toFloats()));
      }
    }
    return all;
  }

  @Test
  void refusesWhatIsNoFolderOfPictures() throws IOException {
    assertThatThrownBy(() -> ImageFolder.open(directory.resolve("none"), 3, 8, 8))
        .isInstanceOf(NotDirectoryException.class);
    Files.createDirectories(directory.resolve("empty"));
    assertThatThrownBy(() -> ImageFolder.open(directory, 3, 8, 8))
        .hasMessageContainingAll(directory.toString(), "pictures in it");
    assertThatThrownBy(() -> ImageFolder.open(directory, 2, 8, 8))
        .hasMessageContaining("1 or 3 channels, got 2");
    assertThatThrownBy(() -> ImageFolder.open(directory, 3, 0, 8)).hasMessageContaining("got 0");
  }
}
