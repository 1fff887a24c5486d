// Package solvers minimises functions of a vector.
//
// A [Problem] says what it can compute by the methods it has: the gradient
// ([Gradienter]), the Hessian ([Hessianer]), products with it
// ([HessianVectorer]), its diagonal ([Diagonaler]), estimates from some terms of a
// sum ([FiniteSum]). [Function], [Sum] and their like make a problem of a Go function. A [Method] such as [Newton] needs some of these; a
// problem that lacks one is an error before anything is evaluated. [Minimize]
// runs a method to its end. [Iterates] is the same run as a loop, in which the
// caller looks at every iterate and leaves when it wants to.
//
// Methods by what they need:
//
//	gradients   GradientDescent, BarzilaiBorwein, Nesterov, ConjugateGradient,
//	            LBFGS, BFGS; all but Nesterov are a Descent: a Direction × a Search
//	products    NewtonCG, TrustRegion (Steihaug)
//	others      ApproximateNewton: a Curvature (Diagonal, Blocks, LowRank, Expected)
//	Hessians    Newton, TrustRegion (exact)
//	composite   ProximalGradient (FISTA); OWLQN for an L1 penalty; ProjectedLBFGS
//	            for bounds; CoordinateDescent, with Hessians, for both: a smooth
//	            problem and a rough part, see Compose, and for whole paths of penalties
//	samples     SGD, Momentum, NesterovSGD, AdaGrad, RMSProp, Adam, AdamW, SVRG: all
//	            are a Stochastic, batches of terms × a chain of Updates × a Schedule,
//	            for composite problems too; SubsampledNewton, with Hessians
//
// Searches are [FixedStep], [Armijo] and [StrongWolfe]. A [Curvature] also
// preconditions NewtonCG, and is what LBFGS starts from. [ParseMethod], [ParseSearch] and
// [ParseCurvature] know all of them by name. Updates are [Trace],
// [SumSquares], [MeanSquares], [Moments] and [WeightDecay]. Schedules are [Halving],
// [Constant], [InverseTime], [InverseRoot], [Stepwise], [Cosine] and [WarmUp].
//
// An iterate of a method that takes samples is an epoch. It finds its own steps,
// and ends within a stated share of the minimum, on units that are far apart too:
// see [Sampling] and [Stochastic]. Random numbers come from a seed, which the
// [Result] records.
//
// A run that ends early, at a limit or because nothing better can be found, is
// no error: its [Status] and a reason in words say what happened. Errors are
// what the problem returns, a canceled context, and a Hessian that is singular
// from the start ([SingularError]). A point where the gradient is zero is a
// minimum to all methods but [Newton] and the exact [TrustRegion], which tell a
// saddle from one.
//
// A run can be stopped and go on: Settings.Keeper is shown every iterate, whose
// [Checkpoint] Settings.From takes. The run that goes on has the bits of one
// that was never stopped, status and counts included, and evaluates nothing
// twice. All methods here can; one of your own whose [Stepper] is [Resumable]
// can too.
//
// Everything here runs in a fixed order on one goroutine. With a problem that
// returns the same bits on every machine, so does a run.
package solvers
