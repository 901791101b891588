package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.ConvTranspose;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Transposed convolution of 1 to 3 spatial dimensions. */
final class ConvTransposeCases {
  private static final Window TWO = Window.square(3, 2, 1);

  private ConvTransposeCases() {}

  static OpCase of(int rank) {
    OpCase c =
        OpCase.of(
                "conv_transpose" + rank + "d", ConvTranspose.class, d -> sample(d, random(d, rank)))
            .also(d -> sample(d, ConvolutionCases.empty(rank, 0, 3, 2)))
            .also(d -> sample(d, ConvolutionCases.empty(rank, 2, 0, 3)))
            .also(d -> sample(d, ConvolutionCases.empty(rank, 2, 3, 0)))
            .also(d -> sample(d, ConvolutionCases.depthwise(rank)))
            .also(d -> sample(d, ConvolutionCases.lopsided(rank)))
            .sums(s -> {
              ConvTranspose op = (ConvTranspose) s.op();
              Shape x = s.specs().get(0).shape();
              Shape y = op.infer(s.specs()).get(0).shape();
              Shape larger = x.size() > y.size() ? x : y;
              Shape w = s.specs().get(1).shape();
              return ConvolutionCases.terms(op.window(), op.groups(), w, larger);
            });
    return rank == 2 ? refusals(c) : c;
  }

  /** A convolution whose input, the result here, is what its output gives back. */
  private static ConvolutionCases.Plan random(Draw d, int rank) {
    while (true) {
      ConvolutionCases.Plan p = ConvolutionCases.Plan.random(d, rank);
      if (p.y().slice(2, rank + 2).size() > 0) {
        return p;
      }
    }
  }

  /** What makes x of the plan from its y. */
  private static Sample sample(Draw d, ConvolutionCases.Plan p) {
    Activation act = ConvolutionCases.activation(d);
    Window w = p.window();
    List<Integer> outputPadding = new ArrayList<>();
    for (int i = 0; i < w.rank(); i++) {
      long pads = w.padBefore().get(i) + (long) w.padAfter().get(i);
      long least = (p.y().dim(i + 2) - 1) * w.stride().get(i) + w.extent(i) - pads;
      outputPadding.add(Math.toIntExact(p.x().dim(i + 2) - least));
    }
    ConvTranspose op = new ConvTranspose(w, outputPadding, p.groups(), act);
    boolean exact = ConvolutionCases.hasKinks(act);
    Domain domain = exact ? Domain.GRID : Domain.NORMAL;
    Input x = d.input(p.y(), domain);
    Input weights = d.input(p.w(), domain);
    if (!exact && d.flip()) {
      return Sample.of(op, x, weights);
    }
    Shape perChannel = Shape.of(p.x().dim(1));
    Domain bias = exact ? ConvolutionCases.BETWEEN_GRID : domain;
    return Sample.of(op, x, weights, d.input(perChannel, bias));
  }

  private static ConvTranspose of(Window window, int groups, int outputPadding) {
    List<Integer> pads = Collections.nCopies(window.rank(), outputPadding);
    return new ConvTranspose(window, pads, groups, Activation.IDENTITY);
  }

  private static OpCase refusals(OpCase c) {
    ConvTranspose op = of(TWO, 1, 1);
    return c.alsoLarge(
            d -> sample(d, ConvolutionCases.Plan.of(1, TWO, Shape.of(4, 16, 28, 28), 32)))
        .refuses(op, List.of(f32(1, 3, 8, 8)), "2 to 3 inputs", "got 1")
        .refuses(op, List.of(f32(3, 8, 8), f32(3, 4, 3, 3)), "rank 4", "F32[3, 8, 8]")
        .refuses(
            op, List.of(f32(1, 3, 8, 8), f32(4, 3, 3, 3)), "input of 4 channels", "[1, 3, 8, 8]")
        .refuses(op, List.of(f32(1, 3, 8, 8), f32(3, 4, 5, 3)), "kernel [3, 3]", "[3, 4, 5, 3]")
        .refuses(
            op, List.of(f32(1, 3, 8, 8), f32(3, 4, 3, 3), f32(3)), "bias of shape [4]", "F32[3]")
        .refuses(of(TWO, 2, 1), List.of(f32(1, 3, 8, 8), f32(3, 4, 3, 3)), "divisible by groups 2")
        .refuses(op, List.of(f32(1, 3, 0, 8), f32(3, 4, 3, 3)), "at least one element", "0, 8]")
        .refuses(
            of(Window.square(1, 1, 2), 1, 0),
            List.of(f32(1, 3, 2, 8), f32(3, 4, 1, 1)),
            "padding that leaves an output")
        .refusesToMake(() -> of(TWO, 1, 2), "less than the stride [2, 2]", "got [2, 2]")
        .refusesToMake(() -> of(TWO, 0, 1), "groups >= 1", "got 0");
  }
}
