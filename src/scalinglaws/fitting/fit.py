"""A law that has been fitted: what the Python interface gives back."""

from collections.abc import Iterator
from numbers import Real

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.report import Report, judge
from scalinglaws.fitting.solution import Solution, named
from scalinglaws.fitting.uncertainty.intervals import LEVEL, RESAMPLES, Intervals, Method, intervals
from scalinglaws.fitting.uncertainty.profile import POINTS, Profile, profile
from scalinglaws.laws.optimum.plan import FLOPS, Planned, plan


class Fit(Solution):
    """A fitted law: its parameters by name, as in a dictionary, and what can be asked of it.

    `fit["alpha"]` is a parameter; `params` holds them all, `objective`, `r_squared`, `aicc` and `warnings`
    say how good the fit is (see `Solution`).
    """

    def __getitem__(self, name: str) -> float:
        """A parameter, in natural units.

        Raises:
            UnknownParameterError: the law has no such parameter.
        """
        return named(self.law, self.params, name)

    def __iter__(self) -> Iterator[str]:
        """The parameters' names."""
        return iter(self.params)

    def keys(self) -> Iterator[str]:
        """The parameters' names, so that `dict(fit)` works."""
        return iter(self.params)

    def __repr__(self) -> str:
        """The law and its parameters in one line."""
        values = ", ".join(f"{name} = {value:.4g}" for name, value in self.params.items())
        return f"Fit({self.law.name}: {values}; {len(self.points)} points, R^2 {self.r_squared:.4f})"

    def intervals(
        self,
        level: float = LEVEL,
        method: Method | None = None,
        resamples: int = RESAMPLES,
        seed: int = 0,
    ) -> Intervals:
        """Intervals of the parameters, with samples of them.

        Args:
            level: of the intervals.
            method: `percentile`, `delta` or `profile`; without it percentiles of a bootstrap, and another one
                where points are few.
            resamples: of the bootstrap; 0 for none.
            seed: of the resamples.

        Raises:
            ScalingLawsError: percentiles were asked for and cannot be had, or an option is out of its range.
        """
        return intervals(self, level, method, resamples, seed)

    def profile(
        self, name: str, span: tuple[float, float] | None = None, points: int = POINTS, level: float = LEVEL
    ) -> Profile:
        """How well the law fits with one parameter fixed at each value of a scan.

        Raises:
            ScalingLawsError: there is no such parameter, or it was fixed in the fit.
        """
        return profile(self, name, span, points, level)

    def report(self, intervals: Intervals | None = None) -> Report:
        """All that you need to judge the fit, with its intervals; `print` it.

        Where a profile finds a better fit, the report is about that one: see `Report.fit`.

        Raises:
            ScalingLawsError: the intervals are those of another fit.
        """
        return judge(self, self.intervals() if intervals is None else self._own(intervals))

    def plan(self, C: float, intervals: Intervals | None = None, flops: float = FLOPS) -> Planned:
        """Model size and tokens that are compute-optimal for C FLOPs; for laws of these two.

        Args:
            C: FLOPs.
            intervals: for intervals of the plan.
            flops: per parameter and token.

        Raises:
            ScalingLawsError: it is another law, its parameters have no optimum, C is not a number, or the
                intervals are those of another fit.
        """
        if not isinstance(C, Real):
            raise ScalingLawsError(f"plan: C must be one number of FLOPs, not {C!r}")
        samples = self.values[:, None][:, :0] if intervals is None else self._own(intervals).samples
        level = LEVEL if intervals is None else intervals.level
        return plan(self.law, self.values, samples, C, level, flops)

    def _own(self, intervals: Intervals) -> Intervals:
        given: object = intervals  # whatever a notebook passes
        if not isinstance(given, Intervals) or given.params != self.params:
            raise ScalingLawsError(
                f"intervals: must be those of this fit of {self.law.name}, from `.intervals()`"
            )
        return intervals
