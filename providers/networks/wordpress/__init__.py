"""WordPress: posts on a site, over its REST API."""
