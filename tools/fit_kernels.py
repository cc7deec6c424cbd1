#!/usr/bin/env python3
"""Fit the polynomials of src/math/kernels.inc: Lawson's iteration, which minimizes the maximum relative error.

Prints the coefficients, lowest power first. Needs: numpy, mpmath.
"""
import math

import mpmath
import numpy as np


def fit(columns, target, rounds=400):
    """Iteratively reweighted least squares, weights proportional to the error: (largest error, coefficients) of the best round."""
    weights, best = np.full(len(target), 1 / len(target)), None
    for _ in range(rounds):
        root = np.sqrt(weights)
        coefficients, *_ = np.linalg.lstsq(columns * root[:, None], target * root, rcond=None)
        error = np.abs(columns @ coefficients - target)
        if best is None or error.max() < best[0]:
            best = (error.max(), coefficients)
        weights = weights * (error + 1e-16)
        weights /= weights.sum()
    return best


def chebyshev(low, high, count):
    return (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(count) + 0.5) / count)


def exponential(terms=6):
    """exp(r) = 1 + r + r^2 P(r) for |r| <= ln(2) / 2."""
    r = chebyshev(-math.log(2) / 2, math.log(2) / 2, 600)
    value = np.exp(r)
    columns = np.stack([r ** (k + 2) for k in range(terms)], 1) / value[:, None]
    return fit(columns, (value - 1 - r) / value)


def scaled_erfc(p=0.3, degree=9, largest=9.3):
    """exp(z^2) erfc(z) = t Q(t), t = 1 / (1 + p z), for 0 <= z <= largest; beyond, exp(-z^2) is 0 in float32."""
    mpmath.mp.dps = 40
    t = chebyshev(1 / (1 + p * largest), 1, 400)
    value = np.array([float(mpmath.exp(z * z) * mpmath.erfc(z)) for z in (mpmath.mpf(float(v)) for v in (1 / t - 1) / p)])
    columns = np.stack([t ** k for k in range(1, degree + 1)], 1) / value[:, None]
    return fit(columns, np.ones(len(t)))


for function in (exponential, scaled_erfc):
    error, coefficients = function()
    print(function.__name__, f"largest relative error {error:.1e}")
    for c in coefficients:
        print(f"  {c:.9e}f")
