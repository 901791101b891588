package dev.balboa.nn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sizes and costs of the whole models against the papers' and torchvision's numbers. */
class ModelSizesTest {
  private static final Shape PICTURE = Shape.of(3, 224, 224);

  /** Draws no initial values, whose memory then is never touched. */
  private record Nothing() implements Backend {
    private record Idle(List<Layout> outputLayouts) implements Prepared {
      @Override
      public void run(Storage[] inputs, Storage[] outputs, MemorySegment scratch) {}
    }

    @Override
    public String name() {
      return "nothing";
    }

    @Override
    public Prepared prepare(
        Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
      return new Idle(
          outputs.stream()
              .<Layout>map(spec -> Layout.Strided.contiguous(spec.shape().dims()))
              .toList());
    }
  }

  private static void check(Layer layer, Shape sample, long parameters, long multiplyAdds) {
    try (var _ = Scope.open();
        var _ = Execution.on(new EagerExecutor(new Nothing()));
        layer) {
      layer.build(sample, 1);
      assertThat(layer.parameterCount()).isEqualTo(parameters);
      assertThat(layer.multiplyAdds()).isEqualTo(multiplyAdds);
    }
  }

  @Test
  void leNet() {
    check(new LeNet5(10), Shape.of(1, 28, 28), 61_706, 416_520);
  }

  @Test
  void vgg() {
    check(Vgg.vgg11(1000), PICTURE, 132_863_336, 7_609_090_048L);
  }

  @Test
  void resNets() {
    check(ResNet.resNet18(1000), PICTURE, 11_689_512, 1_814_073_344L);
    check(ResNet.resNet50(1000), PICTURE, 25_557_032, 4_089_184_256L);
  }

  @Test
  void mobileNet() {
    check(new MobileNetV2(1000), PICTURE, 3_504_872, 300_774_272);
  }

  @Test
  void parametersHaveTorchvisionsNames() {
    try (var _ = Scope.open();
        var _ = Execution.on(new EagerExecutor(new Nothing()));
        ResNet resNet = ResNet.resNet50(10);
        MobileNetV2 mobile = new MobileNetV2(10);
        Vgg vgg = new Vgg(10, 8, 64, 0, 128, 0, 256, 256, 0)) {
      resNet.build(PICTURE, 1);
      mobile.build(PICTURE, 1);
      vgg.build(PICTURE, 1);
      assertThat(resNet.parameters().keySet())
          .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean")
          .contains("layer1.0.downsample.0.weight", "layer1.0.downsample.1.running_var")
          .contains("layer3.5.conv2.weight", "layer4.2.bn3.bias")
          .endsWith("fc.weight", "fc.bias")
          .hasSize(267);
      assertThat(mobile.parameters().keySet())
          .startsWith("features.0.0.weight", "features.0.1.weight")
          .contains("features.1.conv.0.0.weight", "features.1.conv.1.weight")
          .contains("features.2.conv.0.0.weight", "features.17.conv.3.running_mean")
          .contains("features.18.1.bias", "classifier.1.weight")
          .hasSize(262);
      assertThat(vgg.parameters().keySet())
          .containsExactly(
              "features.0.weight",
              "features.0.bias",
              "features.3.weight",
              "features.3.bias",
              "features.6.weight",
              "features.6.bias",
              "features.8.weight",
              "features.8.bias",
              "classifier.0.weight",
              "classifier.0.bias",
              "classifier.3.weight",
              "classifier.3.bias",
              "classifier.6.weight",
              "classifier.6.bias");
      assertThat(resNet.summary()).contains("layer1 (Sequential)", "Mult-adds: 4.09 G");
    }
  }
}
