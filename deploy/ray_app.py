"""The service as a Ray Serve application: ``serve run deploy.ray_app:app``.

What a cluster needs otherwise (how many, on what, how patient) stands in ``deploy/ray_serve.yaml`` and wins over what
is written here. See docs/many-machines.md.
"""

from ray import serve
from ray.serve.config import AutoscalingConfig

from deploy.ray.face import STYLER, build
from deploy.ray.replica import Replica

BATCHES = 2
BATCH_JOBS = 16
WAITING_AT_FACE = 1000

Styler = serve.deployment(
    name=STYLER,
    # One batch on the device and one behind it. What is more goes to the next replica, which then has the style, too.
    max_ongoing_requests=BATCHES * BATCH_JOBS,
    max_queued_requests=WAITING_AT_FACE,
    autoscaling_config=AutoscalingConfig(
        min_replicas=1,
        max_replicas=4,
        target_ongoing_requests=BATCH_JOBS,
        upscale_delay_s=5,
        downscale_delay_s=120,  # a generator is cheap to keep, and a replica takes seconds to start
    ),
    request_router_config={
        "request_router_class": "ray.serve.experimental.consistent_hash_router.ConsistentHashRouter",
    },
    ray_actor_options={"num_cpus": 1},
    health_check_period_s=5,
    health_check_timeout_s=30,
    graceful_shutdown_timeout_s=120,  # what waits in a replica that goes is done by then
)(Replica)
Face = serve.deployment(
    name="Face",
    max_ongoing_requests=WAITING_AT_FACE,
    ray_actor_options={"num_cpus": 0.1},
    graceful_shutdown_timeout_s=120,
)(serve.ingress(build)())
app = Face.bind(Styler.bind())
