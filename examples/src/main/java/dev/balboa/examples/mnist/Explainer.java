package dev.balboa.examples.mnist;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.explain.GradCam;
import dev.balboa.nn.explain.IntegratedGradients;
import dev.balboa.nn.explain.Saliency;
import dev.balboa.nn.explain.Target;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import dev.balboa.report.Figure;
import dev.balboa.report.HeatMap;
import dev.balboa.report.Palette;
import dev.balboa.report.Pictures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The ways to explain an answer, each drawn over the digit that was asked about. */
enum Explainer {
  GRADIENT("gradient of the logit, magnitude") {
    @Override
    HeatMap map(Sequential network, Tensor x, int predicted) {
      return plane(Saliency.gradient(network, x, Target.ofClass(predicted)).abs());
    }
  },
  SMOOTHGRAD("SmoothGrad, 50 samples, magnitude") {
    @Override
    HeatMap map(Sequential network, Tensor x, int predicted) {
      RandomStream random = new RandomStream(1);
      Target target = Target.ofClass(predicted);
      return plane(Saliency.smoothGrad(network, x, target, 50, 0.4, random).abs());
    }
  },
  INPUT_TIMES_GRADIENT("input x gradient") {
    @Override
    HeatMap map(Sequential network, Tensor x, int predicted) {
      return plane(Saliency.inputTimesGradient(network, x, Target.ofClass(predicted)))
          .palette(Palette.DIVERGING);
    }
  },
  INTEGRATED_GRADIENTS("integrated gradients from black, 100 steps") {
    @Override
    HeatMap map(Sequential network, Tensor x, int predicted) {
      Tensor black = Tensors.fill(x.spec(), x.min().item());
      IntegratedGradients result =
          IntegratedGradients.of(network, x, black, Target.ofClass(predicted), 100);
      return plane(result.attributions()).palette(Palette.DIVERGING);
    }
  },
  GRAD_CAM("Grad-CAM at the second convolution") {
    @Override
    HeatMap map(Sequential network, Tensor x, int predicted) {
      Tensor map = GradCam.of(network, "conv2", x, Target.ofClass(predicted));
      return new HeatMap(map.squeeze(0));
    }
  };

  private final String title;

  Explainer(String title) {
    this.title = title;
  }

  /** The map for one picture [1, 1, side, side] and the class that it was taken for. */
  abstract HeatMap map(Sequential network, Tensor x, int predicted);

  private static HeatMap plane(Tensor map) {
    return new HeatMap(map.squeeze(0).squeeze(0));
  }

  /** The maps of some test digits side by side. */
  Figure figure(Sequential network, Digits digits, List<Integer> indices) {
    List<Figure> maps = new ArrayList<>();
    for (int index : indices) {
      try (var _ = Scope.open()) {
        Tensor x = TestDigit.of(digits, index);
        TestDigit.Answer answer = TestDigit.answer(network, x, digits.test().label(index));
        HeatMap map = map(network, x, answer.predicted());
        maps.add(map.over(Pictures.of(x)).title(answer.toString()).figure());
      }
    }
    return Figure.grid(2, maps).titled(title);
  }

  /** As a file is called. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
