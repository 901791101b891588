package dev.balboa.nn.op;

/**
 * Decompositions of matrices and what is solved with them, on the last two axes; leading axes are a
 * batch. Computed in double precision and rounded once, in F32 too. An input that is not finite is
 * refused, and so is a matrix that has no result, with its number in the batch.
 */
public sealed interface LinalgOp extends LinearAlgebraOp
    permits Cholesky,
        Qr,
        Svd,
        SingularValues,
        Eigh,
        Solve,
        LuSolve,
        LeastSquares,
        TriangularSolve,
        Det,
        Slogdet {}
