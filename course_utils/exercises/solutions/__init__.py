"""Reference solutions, one module a notebook. A copy for students is made without this folder."""
