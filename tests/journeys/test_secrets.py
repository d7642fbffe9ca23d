"""A secret that a program sends is shown nowhere: not in a miss, a table, a note or an outcome."""

TOKEN = "-".join(("t0ken", "of", "nobody", "at", "all"))


def test_a_miss_shows_no_secret(project):
    config = project.root / "pyproject.toml"
    text = config.read_text()
    config.write_text(text.replace("shop]\n", 'shop]\ncredentials = ["SHOP_KEY"]\n', 1))
    program = (
        "import os, urllib.request as u, urllib.error as e\n"
        "key = os.environ['SHOP_KEY']\n"
        "body = b'token=' + key.encode()\n"
        "r = u.Request(f'https://api.shop.example/{key}/item?access_token={key}&x=1', data=body, headers={'X-Api-Key': key})\n"
        "try: u.urlopen(r)\n"
        "except e.HTTPError as error: print(error.code, error.read().decode())\n"
    )

    done = project.python(program, environment={"SHOP_KEY": TOKEN})

    assert done.returncode == 3
    assert done.stdout.startswith("599 ")
    assert TOKEN not in done.stdout + done.stderr
