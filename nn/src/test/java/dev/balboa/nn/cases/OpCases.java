package dev.balboa.nn.cases;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The one registry of operations under test. */
final class OpCases {
  private OpCases() {}

  /** Every case, in the order of the operation families, or those that were asked for by name. */
  static List<OpCase> all() {
    Predicate<String> wanted =
        Pattern.compile(System.getProperty("balboa.test.ops", "")).asPredicate();
    return Stream.<Supplier<List<OpCase>>>of(
            ElementwiseCases::all,
            ArithmeticCases::all,
            ActivationCases::all,
            ReductionCases::all,
            StatisticsCases::all,
            ConvolutionCases::all,
            WinogradCases::all,
            PoolingCases::all,
            AdaptivePoolingCases::all,
            NormalizationCases::all,
            RowNormCases::all,
            LinearAlgebraCases::all,
            LinalgCases::all,
            LinalgFunctionCases::all,
            AttentionCases::all,
            ProductCases::all,
            LossCases::all,
            PointwiseLossCases::all,
            CtcCases::all,
            LossFunctionCases::all,
            VectorLossCases::all,
            IntegerCases::all,
            QuantizedCases::all,
            SourceCases::all,
            RandomCases::all,
            LayoutCases::all,
            IndexCases::all,
            AxisCases::all,
            OrderCases::all,
            ShapesCases::all,
            IndexingCases::all,
            ResamplingCases::all,
            RecurrentCases::all,
            InPlaceCases::all)
        .flatMap(family -> family.get().stream())
        .filter(c -> wanted.test(c.name()))
        .toList();
  }

  /** How many random samples each test takes of each case. */
  static int randomSamples() {
    return Integer.getInteger("balboa.test.cases", 10);
  }
}
