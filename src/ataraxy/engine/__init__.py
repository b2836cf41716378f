"""Where heavy simulation runs: this process, all cores, or a cluster.

``work`` says what to simulate, ``run`` does it in chunks on threads, ``cluster`` on machines of a Dask cluster; both
give the same ``tally``. ``pair`` compares two regimens on the same people, ``search`` finds a dose.
"""
