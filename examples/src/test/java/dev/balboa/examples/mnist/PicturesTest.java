package dev.balboa.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.train.Checkpoint;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that draw. */
@Timeout(120)
class PicturesTest {
  @TempDir private Path directory;

  @Test
  void explainsWhatAModelSees() throws IOException {
    Path model = directory.resolve("model.safetensors");
    Path transformer = directory.resolve("transformer.safetensors");
    try (var _ = Scope.open();
        var _ = Execution.on(Engine.NATIVE.executor());
        Sequential network = Network.create(8, 1);
        PatchTransformer patches = new PatchTransformer(8)) {
      Checkpoint.saveModel(model, network);
      patches.build(Shape.of(1, 8, 8), 1);
      Checkpoint.saveModel(transformer, patches);
    }
    long before = Allocator.shared().metrics().liveBytes();
    Path out = directory.resolve("out");
    int status =
        Mnist.execute(
            "explain",
            "--embedded",
            "--model",
            model.toString(),
            "--transformer",
            transformer.toString(),
            "--digit",
            "3,4",
            "--out",
            out.toString());
    assertThat(status).isZero();
    assertThat(Allocator.shared().metrics().liveBytes()).isEqualTo(before);
    Stream<String> methods = Stream.of(Explainer.values()).map(Explainer::toString);
    for (String name : Stream.concat(methods, Stream.of("attention-rollout")).toList()) {
      BufferedImage image = ImageIO.read(out.resolve(name + ".png").toFile());
      assertThat(image.getWidth()).as(name).isBetween(500, 1200);
      assertThat(Files.readString(out.resolve(name + ".svg"))).contains(", taken for a ");
    }
    assertThat(Files.readString(out.resolve("attention.svg"))).contains("block 3, head 4");
    assertThat(Files.readString(out.resolve("confusion.svg"))).contains("360 samples");
    assertThat(Mnist.execute("explain", "--embedded", "--digit", "360")).isOne();
  }

  @Test
  void trainsOnAFolderWithAndWithoutAugmentation() throws IOException {
    Path out = directory.resolve("out");
    List<String> arguments =
        List.of(
            "augment",
            "--embedded",
            "--samples",
            "60",
            "--epochs",
            "2",
            "--batch",
            "20",
            "--out",
            out.toString());
    assertThat(Mnist.execute(arguments.toArray(String[]::new))).isZero();
    assertThat(out.resolve("plain.svg")).isNotEmptyFile();
    assertThat(out.resolve("augmented.png")).isNotEmptyFile();
    try (Stream<Path> files = Files.walk(out.resolve("train"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".png"))).hasSize(60);
    }
  }
}
