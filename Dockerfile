FROM python:3.11-slim
RUN useradd --create-home passerelle && mkdir /data && chown passerelle /data
WORKDIR /srv/passerelle
COPY requirements.txt pyproject.toml ./
# The CPU build: the index page is the one that PyTorch's installation page names.
ARG TORCH_INDEX=
RUN pip install --no-cache-dir ${TORCH_INDEX:+--index-url $TORCH_INDEX} torch==2.13.0 && pip install --no-cache-dir -r requirements.txt
COPY . .
RUN pip install --no-cache-dir --no-deps -e . && pybabel compile -d app/translations -D "messages flask_security"
USER passerelle
ENV PASSERELLE_VAR=/data PASSERELLE_HOST=0.0.0.0 HF_HUB_OFFLINE=1
EXPOSE 8000
CMD ["passerelle", "up"]
