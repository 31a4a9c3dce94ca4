"""The service on many machines, as a Ray Serve application; ``deploy.ray_app`` puts it together.

::

    bots ─HTTP─▶ Ray's proxy ─▶ face ──by style──▶ styler, styler, styler …
                                (bridge, service)  (replica: the embedded service)

Ray places, restarts, scales and upgrades; within a replica everything is as on one machine.
"""
