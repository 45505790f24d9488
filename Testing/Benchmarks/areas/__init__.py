# SPDX-License-Identifier: Apache-2.0
# Copyright ITKTorch contributors
"""One module per area. Each has

GOALS    {operation: how many times as fast as the peer it must be, or None for a figure without a goal}
measure  function of a comparison.Session that gives rows as dictionaries: operation, size, peer (texts), ours and
         peers (seconds of each of the alternating runs), equal (both results were the same)
"""
